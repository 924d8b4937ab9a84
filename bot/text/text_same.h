/* text_same.h: a part of text_table.h: are these two records one? */

/* clang-format off */
TEXT(SAME_HEAD_PERSON, "⚖️ Один человек? <b>{name}</b> и <b>{other}</b>", "⚖️ One person? <b>{name}</b> and <b>{other}</b>")
TEXT(SAME_HEAD, "⚖️ Одно и то же? <b>{name}</b> и <b>{other}</b>", "⚖️ The same? <b>{name}</b> and <b>{other}</b>")
TEXT(SAME_WHY, "{remote}: в строке «{name}» стоит id записи «{other}».", "{remote}: the row of “{name}” has the id of “{other}”.")
TEXT(SAME_FIELD, "· {field}: «{ours}» и «{theirs}»", "· {field}: “{ours}” and “{theirs}”")
TEXT(SAME_ALIKE, "В остальном они не различаются.", "Nothing else tells them apart.")
TEXT(SAME_EXPLAIN, "Если объединить, останется запись «{other}»: к ней перейдёт всё, что связано с «{name}». Разделить потом не получится.", "Merged, “{other}” stays: all that belongs to “{name}” goes over to it. They cannot be parted afterwards.")
TEXT(SAME_MERGED, "Объединено ({who}, {time}), осталась запись «{other}».", "Merged ({who}, {time}), “{other}” stayed.")
TEXT(SAME_TWO, "Решено ({who}, {time}): это разные записи.", "Settled ({who}, {time}): they are two.")
TEXT(SAME_DISSOLVED, "Решилось само ({time}): id в строке исправили.", "Settled by itself ({time}): the id in the row was corrected.")
TEXT(SAME_DONE_MERGED, "✓ «{name}» и «{other}» теперь одно, осталась запись «{other}».", "✓ “{name}” and “{other}” are one now, “{other}” stays.")
TEXT(SAME_UNTIED, "Записи «{name}» стали одной, а привязаны были к двум Telegram. Привязка <code>{kept}</code> осталась, {who} (<code>{id}</code>) больше ни к кому не привязан. Если нужен он: /unbind {kept}, потом /bind {id}", "Two records became one, “{name}”, and were tied to two Telegram accounts. <code>{kept}</code> stays tied; {who} (<code>{id}</code>) is tied to nobody now. If it should be the other: /unbind {kept}, then /bind {id}")
TEXT(SAME_DONE_TWO, "✓ «{name}» и «{other}» разные. Больше не спрошу; id в строке не трогаю.", "✓ “{name}” and “{other}” are two. I will not ask again, and leave the id in the row alone.")
TEXT(SAME_ALREADY_MERGED, "«{name}» и «{other}» уже объединены ({who}, {time}).", "“{name}” and “{other}” are merged already ({who}, {time}).")
TEXT(SAME_ALREADY_TWO, "Про «{name}» и «{other}» уже решено ({who}, {time}): разные.", "“{name}” and “{other}”: settled already ({who}, {time}), they are two.")
TEXT(SAME_GONE, "«{name}» или «{other}» больше нет, объединять нечего.", "“{name}” or “{other}” is gone, there is nothing to merge.")
TEXT(SAME_SETTLED, "Про «{name}» и «{other}» решилось само ({time}): id в строке исправили.", "“{name}” and “{other}”: settled by itself ({time}), the id in the row was corrected.")
TEXT(BTN_ONE_PERSON, "Это один человек — объединить", "One person: merge")
TEXT(BTN_ONE_RECORD, "Это одно и то же — объединить", "The same: merge")
TEXT(BTN_TWO_PERSONS, "Разные люди", "Two people")
TEXT(BTN_TWO_RECORDS, "Разные записи", "Two records")
/* clang-format on */
