/* text_ops.h: a part of text_table.h: how rosterd itself is doing, and what admins do about it. */

/* clang-format off */
/* ---- /version */
TEXT(CMD_VERSION, "версия и на чём она работает", "the version and what it runs on")
TEXT(VERSION_HEAD, "rosterd <b>{version}</b>, схема хранилища {schema}", "rosterd <b>{version}</b>, schema {schema}")
TEXT(VERSION_PARTS, "SQLite {sqlite} · libcurl {curl} · {system}", "SQLite {sqlite} · libcurl {curl} · {system}")
TEXT(VERSION_UP, "Работает {up}, хранилище {size}", "Up {up}, store {size}")

/* ---- /queue */
TEXT(CMD_QUEUE, "что делается и что ждёт", "what is being done and what waits")
TEXT(QUEUE_EMPTY, "Очередь пуста.", "The queue is empty.")
TEXT(QUEUE_HEAD, "В очереди: {n}", "In the queue: {n}")
TEXT(QUEUE_RUNS, "▶️ {what} · {who}, шаг {step} из {steps}, начато {ago}", "▶️ {what} · {who}, step {step} of {steps}, begun {ago}")
TEXT(QUEUE_WAITS, "⏳ {what} · {who}, ждёт: {remote}", "⏳ {what} · {who}, waits for {remote}")
TEXT(QUEUE_STOPS, "⏹ {what} · {who}, останавливается", "⏹ {what} · {who}, is being stopped")
TEXT(QUEUE_MORE, "… и ещё {n}", "… and {n} more")
TEXT(BTN_STOP_JOB, "⏹ {what}", "⏹ {what}")

/* ---- /cursor */
TEXT(CMD_CURSOR, "до какого места прочитана таблица; начать сначала", "up to where a table was read; begin anew")
TEXT(CURSOR_ASK, "Чью отметку показать? Она говорит, до какого места таблица прочитана.", "Whose mark? It tells up to where a table was read.")
TEXT(CURSOR_HEAD, "<b>{flow}</b> ({remote}), таблица <code>{table}</code>", "<b>{flow}</b> ({remote}), table <code>{table}</code>")
TEXT(CURSOR_NEVER, "Таблица ещё не читалась. Следующая сверка прочитает её целиком.", "The table was not read yet. The next sync reads it whole.")
TEXT(CURSOR_FULL, "Целиком прочитана {ago}, строк: {rows}", "Read whole {ago}, rows: {rows}")
TEXT(CURSOR_MARK, "Последняя прочитанная правка: {time}", "Newest edit that was read: {time}")
TEXT(CURSOR_NO_MARK, "Отметки нет: таблица читается целиком каждый раз.", "No mark: the table is read whole every time.")
TEXT(CURSOR_MAPPING, "Колонки в конфигурации с тех пор изменились: следующая сверка прочитает таблицу целиком.", "The configured columns have changed since: the next sync reads the table whole.")
TEXT(CURSOR_RESET_WHAT, "забыть отметку «{flow}» и прочитать таблицу целиком", "forget the mark of “{flow}” and read its table whole")
TEXT(CURSOR_RESET_DONE, "Отметка «{flow}» забыта. Следующая сверка прочитает таблицу целиком; записи и связи остаются.", "The mark of “{flow}” is forgotten. The next sync reads the table whole; records and links stay.")
TEXT(BTN_CURSOR_RESET, "↺ Прочитать заново", "↺ Read anew")
TEXT(BTN_CURSOR_RESET_YES, "Да, забыть", "Yes, forget it")

/* ---- /backup */
TEXT(CMD_BACKUP, "сделать копию хранилища", "copy the store")
TEXT(BACKUP_DONE, "💾 Копия сделана и проверена: <code>{name}</code>, {size}", "💾 Copied and verified: <code>{name}</code>, {size}")
TEXT(BACKUP_FAILED, "Копия не получилась: {why}", "The copy failed: {why}")
TEXT(BACKUP_LIST, "Копии лежат в <code>{dir}</code>, хранится последних: {keep}", "Copies lie in <code>{dir}</code>, the last {keep} are kept")
TEXT(BACKUP_LINE, "<code>{name}</code> · {size} · {ago}", "<code>{name}</code> · {size} · {ago}")
TEXT(BACKUP_NONE, "Копий ещё нет.", "There are no copies yet.")
TEXT(BACKUP_DROPPED, "Старых копий убрано: {n}", "Old copies removed: {n}")
TEXT(BTN_BACKUP_NOW, "💾 Сделать копию", "💾 Make a copy")

/* ---- /health */
TEXT(CMD_HEALTH, "всё ли в порядке с самим ботом", "whether the bot itself is well")
TEXT(HEALTH_GOOD, "🟢 Всё в порядке", "🟢 All is well")
TEXT(HEALTH_BAD, "🔴 Не в порядке: {n}", "🔴 Not well: {n}")
TEXT(HEALTH_REMOTE_OK, "🟢 {remote}: отвечает, {ago}", "🟢 {remote}: answers, {ago}")
TEXT(HEALTH_REMOTE_NEVER, "⚪️ {remote}: ещё не спрашивали", "⚪️ {remote}: not asked yet")
TEXT(HEALTH_REMOTE_BAD, "🔴 {remote}: {why}, {ago}", "🔴 {remote}: {why}, {ago}")
TEXT(HEALTH_QUEUE_OK, "🟢 Очередь: заданий {jobs}, сообщений {say}", "🟢 Queue: {jobs} jobs, {say} messages")
TEXT(HEALTH_QUEUE_BAD, "🔴 Очередь стоит: заданий {jobs}, сообщений {say}, старшее ждёт {age}", "🔴 The queue stands: {jobs} jobs, {say} messages, the oldest waits {age}")
TEXT(HEALTH_DISK_OK, "🟢 Диск: свободно {free}, хранилище {size}", "🟢 Disk: {free} free, store {size}")
TEXT(HEALTH_DISK_BAD, "🔴 Диск: свободно только {free}, хранилище {size}", "🔴 Disk: only {free} free, store {size}")
TEXT(HEALTH_WAL_BAD, "🔴 Журнал SQLite вырос до {size}: кто-то долго читает хранилище", "🔴 SQLite's journal has grown to {size}: somebody reads the store for long")
TEXT(HEALTH_BACKUP_OK, "🟢 Последняя копия: {ago}", "🟢 Last copy: {ago}")
TEXT(HEALTH_BACKUP_OLD, "🟡 Последняя копия: {ago}. /backup сделает новую", "🟡 Last copy: {ago}. /backup makes a new one")
TEXT(HEALTH_BACKUP_NONE, "🟡 Копий хранилища ещё нет. /backup сделает первую", "🟡 The store was never copied. /backup makes the first one")
TEXT(HEALTH_ALERTS, "🔴 Открытых тревог: {n}", "🔴 Open alerts: {n}")

/* ---- /schedule */
TEXT(CMD_SCHEDULE, "что когда сверяется само", "what is synced by itself, and when")
TEXT(SCHEDULE_NONE, "Сама ничего не сверяется: в конфигурации нет ни одного every.", "Nothing runs by itself: the configuration has no every.")
TEXT(SCHEDULE_HEAD, "Сверяется само (интервалы стоят в конфигурации):", "Runs by itself (the intervals stand in the configuration):")
TEXT(SCHEDULE_LINE, "· {what}: каждые {every}, было {last}, будет {next}", "· {what}: every {every}, last {last}, next {next}")
TEXT(SCHEDULE_RUNS, "· {what}: каждые {every}, идёт сейчас", "· {what}: every {every}, running now")
TEXT(SCHEDULE_HELD, "· ⏸ {what}: стоит, {who}, с {since}", "· ⏸ {what}: paused by {who} since {since}")
TEXT(SCHEDULE_HELD_UNTIL, "· ⏸ {what}: стоит до {until}, {who}, с {since}", "· ⏸ {what}: paused until {until} by {who}, since {since}")
TEXT(SCHEDULE_NOW, "прямо сейчас", "right now")
TEXT(SCHEDULE_NEVER, "ещё не было", "never yet")
TEXT(HOLD_DONE, "⏸ {what}: само больше не сверяется, пока не скажете /resume {name}.", "⏸ {what}: runs no more by itself until you say /resume {name}.")
TEXT(HOLD_DONE_UNTIL, "⏸ {what}: само не сверяется до {until}. Раньше: /resume {name}.", "⏸ {what}: does not run by itself until {until}. Sooner: /resume {name}.")
TEXT(HOLD_RESUMED, "▶️ {what}: снова сверяется само.", "▶️ {what}: runs by itself again.")
TEXT(HOLD_NOT, "{what}: и так сверяется само.", "{what}: was not paused.")
TEXT(BTN_HOLD, "⏸ {what}", "⏸ {what}")
TEXT(BTN_RELEASE, "▶️ {what}", "▶️ {what}")

/* ---- /log */
TEXT(CMD_LOG, "последние строки журнала", "the last lines of the log")
TEXT(LOG_EMPTY, "Таких строк пока нет.", "No such lines yet.")
TEXT(LOG_HEAD, "Последние строки журнала ({level} и важнее):", "The last lines of the log ({level} and above):")
TEXT(LOG_BAD, "Не понимаю «{word}». Напишите /log, /log warn или /log err 50.", "I do not understand “{word}”. Write /log, /log warn or /log err 50.")
/* clang-format on */
