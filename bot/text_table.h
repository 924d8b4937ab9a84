/* text_table.h: TEXT(ID, "Russian", "English"): the only place with words for people in chat.
 *
 * No include guard: text.h and text.c read it with different meanings of TEXT. The rules of a template
 * are in text.h; a unit test checks every line: both languages, the same arguments, balanced tags, the
 * number of plural forms. Buttons and menu lines have no tags. */

/* clang-format off */
/* ---- time */
TEXT(DURATION_MS, "{n} мс", "{n} ms")
TEXT(DURATION_S, "{n} с", "{n} s")
TEXT(DURATION_MIN, "{n} мин", "{n} min")
TEXT(DURATION_MIN_S, "{n} мин {m} с", "{n} min {m} s")
TEXT(DURATION_H, "{n} ч", "{n} h")
TEXT(DURATION_H_MIN, "{n} ч {m} мин", "{n} h {m} min")
TEXT(DURATION_D, "{n} д", "{n} d")
TEXT(DURATION_D_H, "{n} д {m} ч", "{n} d {m} h")
TEXT(AGO_NOW, "только что", "just now")
TEXT(AGO_S, "{n} {n:секунду|секунды|секунд} назад", "{n} {n:second|seconds} ago")
TEXT(AGO_MIN, "{n} {n:минуту|минуты|минут} назад", "{n} {n:minute|minutes} ago")
TEXT(AGO_H, "{n} {n:час|часа|часов} назад", "{n} {n:hour|hours} ago")
TEXT(AGO_D, "{n} {n:день|дня|дней} назад", "{n} {n:day|days} ago")
TEXT(CLOCK_TODAY, "{time}", "{time}")
TEXT(CLOCK_DAY, "{day} {month}, {time}", "{day} {month}, {time}")
TEXT(CLOCK_YEAR, "{day} {month} {year}, {time}", "{day} {month} {year}, {time}")
TEXT(MONTH_1, "января", "January")
TEXT(MONTH_2, "февраля", "February")
TEXT(MONTH_3, "марта", "March")
TEXT(MONTH_4, "апреля", "April")
TEXT(MONTH_5, "мая", "May")
TEXT(MONTH_6, "июня", "June")
TEXT(MONTH_7, "июля", "July")
TEXT(MONTH_8, "августа", "August")
TEXT(MONTH_9, "сентября", "September")
TEXT(MONTH_10, "октября", "October")
TEXT(MONTH_11, "ноября", "November")
TEXT(MONTH_12, "декабря", "December")
/* clang-format on */
