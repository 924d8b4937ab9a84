/* text_transport.h: a part of text_table.h: what is said of the chat itself: too many messages,
 * groups, files, another program with the same bot. */

/* clang-format off */
TEXT(TOO_FAST, "Слишком много сообщений сразу, последние я не прочитал. Подождите минуту и напишите ещё раз, одним сообщением.", "Too many messages at once: I have not read the last ones. Wait a minute and write again, in one message.")
TEXT(TOO_FAST_PRESS, "Слишком часто. Подождите минуту.", "Too fast. Wait a minute.")
TEXT(UPDATE_DROPPED, "⚠️ На этом сообщении я {n} {n:раз|раза|раз} подряд останавливался, поэтому больше за него не берусь: {what}\nНичего не потеряно, остальное работает. Покажите это сообщение админу: подробности в журнале сервера.", "⚠️ This message stopped me {n} {n:time|times} in a row, so I leave it now: {what}\nNothing is lost, all else works. Please show this message to an admin: the details are in the server's log.")
TEXT(FORWARDED, "Пересланное я за команду не считаю. Если она нужна, напишите её сами.", "I do not take forwarded words for a command. If you want it, write it yourself.")
TEXT(IN_PRIVATE, "Это покажу в личном чате: людей и их данные в группах не показываю. Напишите мне там /{name}.", "I will show this in private: I do not show people and their data in groups. Write /{name} to me there.")
TEXT(IN_PRIVATE_PRESS, "Это покажу в личном чате: напишите мне там /{name}.", "I will show this in private: write /{name} to me there.")
TEXT(NAMES_IN_PRIVATE, "Кого это касается, покажу в личном чате: напишите мне там /plan или /runs.", "Whom this is about I will show in private: write /plan or /runs to me there.")
TEXT(BTN_IN_PRIVATE, "Открыть личный чат", "Open the private chat")
TEXT(WEBHOOK_NOTICE, "🟡 Сообщения бота забирала другая программа: у него был включён вебхук. Я его снял и дальше отвечаю сам; ни одно сообщение не потеряно.\nЕсли та программа нужна, дайте ей своего бота, иначе она заберёт сообщения снова.", "🟡 Another program was taking this bot's messages: a webhook was set. I have removed it and answer from now on; no message is lost.\nIf you need that program, give it a bot of its own, else it will take the messages again.")
TEXT(WEBHOOK_STAYS_NOTICE, "🔴 Сообщения бота забирает другая программа: у него включён вебхук, а в конфигурации стоит webhook_takeover = no. Пока это так, я никого не слышу.\nУберите вебхук или поставьте yes и перезапустите rosterd.", "🔴 Another program is taking this bot's messages: a webhook is set, and the configuration says webhook_takeover = no. While that is so, I hear nobody.\nRemove the webhook, or say yes and restart rosterd.")
/* clang-format on */
