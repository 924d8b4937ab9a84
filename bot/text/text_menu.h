/* text_menu.h: a part of text_table.h: the main menu, /help, and links into the chat. */

/* clang-format off */
TEXT(CMD_MENU, "главное меню", "the main menu")
TEXT(MENU_ALL_WELL, "Всё сходится.", "Everything is in step.")
TEXT(MENU_MORE, "Остальное. Что делает каждая команда: /help", "The rest. What each command does: /help")
TEXT(BTN_MENU_MORE, "⋯ Ещё", "⋯ More")
TEXT(BTN_MENU_BACK, "◀︎ Меню", "◀︎ Menu")
TEXT(BTN_MENU_FIND, "🔎 Найти", "🔎 Find")
TEXT(BTN_MENU_CARD, "🪪 Моя карточка", "🪪 My card")
TEXT(BTN_MENU_STATS, "🖼 Картинки", "🖼 Charts")
TEXT(BTN_MENU_QUEUE, "⏳ Очередь", "⏳ Queue")
TEXT(BTN_MENU_SCHEDULE, "🗓 Расписание", "🗓 Schedule")
TEXT(BTN_MENU_HEALTH, "🩺 Здоровье", "🩺 Health")
TEXT(BTN_MENU_LANG, "🌐 Язык", "🌐 Language")
TEXT(BTN_MENU_BACKUP, "💾 Копии", "💾 Copies")
TEXT(BTN_MENU_LOG, "📜 Журнал", "📜 Log")
TEXT(BTN_MENU_CURSOR, "🔖 Отметки", "🔖 Cursors")
TEXT(BTN_MENU_VERSION, "Версия", "Version")

/* ---- /help by what one wants */
TEXT(HELP_SYNC, "Сверка", "Syncing")
TEXT(HELP_RECORDS, "Люди и записи", "People and records")
TEXT(HELP_WAITING, "Что ждёт решения", "What waits for a decision")
TEXT(HELP_WATCH, "Всё ли в порядке", "Is everything all right")
TEXT(HELP_ROLES, "Кому что можно", "Who may do what")
TEXT(HELP_SELF, "Сам rosterd", "rosterd itself")
TEXT(HELP_YOU, "О вас", "About you")
TEXT(HELP_BUTTONS, "Их обычно нажимают кнопкой:", "Usually pressed as buttons:")
TEXT(HELP_NEXT_CARD, "Начать можно с /start.", "A good start is /start.")

/* ---- t.me/BOT?start=… */
TEXT(LINK_UNKNOWN, "По этой ссылке вам ничего не открыть: она устарела или не для вашей роли. Вот что есть:", "This link opens nothing for you: it is out of date or takes another role. This is what there is:")
TEXT(LINK_OPEN, "Открыть в чате: {url}", "Open it in the chat: {url}")
/* clang-format on */
