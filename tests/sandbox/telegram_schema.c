/* telegram_schema.c: which fields each method and each object has, after the published reference
 * (Bot API 10.1), and the check of a call against that. Telegram itself ignores what it does not
 * know; here an unknown field is an error, since in our own bot it can only be a slip of the pen.
 */
#include "tests/sandbox/telegram.h"
#include "tests/sandbox/util.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const struct tg_field user_fields[] = {
    {"id", TG_INT, "", NULL},
    {"is_bot", TG_BOOL, NULL, NULL},
    {"first_name", TG_STR, NULL, NULL},
    {"last_name", TG_STR, NULL, NULL},
    {"username", TG_STR, NULL, NULL},
    {"language_code", TG_STR, NULL, NULL},
    {0},
};

static const struct tg_field entity_fields[] = {
    {"type", TG_STR, "", NULL},
    {"offset", TG_INT, "", NULL},
    {"length", TG_INT, "", NULL},
    {"url", TG_STR, NULL, NULL},
    {"user", TG_OBJ, NULL, user_fields},
    {"language", TG_STR, NULL, NULL},
    {"custom_emoji_id", TG_STR, NULL, NULL},
    {0},
};

static const struct tg_field preview_fields[] = {
    {"is_disabled", TG_BOOL, NULL, NULL},        {"url", TG_STR, NULL, NULL},
    {"prefer_small_media", TG_BOOL, NULL, NULL}, {"prefer_large_media", TG_BOOL, NULL, NULL},
    {"show_above_text", TG_BOOL, NULL, NULL},    {0},
};

static const struct tg_field reply_fields[] = {
    {"message_id", TG_INT, "", NULL},
    {"chat_id", TG_INT | TG_STR, NULL, NULL},
    {"allow_sending_without_reply", TG_BOOL, NULL, NULL},
    {"quote", TG_STR, NULL, NULL},
    {"quote_parse_mode", TG_STR, NULL, NULL},
    {"quote_entities", TG_OBJ | TG_LIST, NULL, entity_fields},
    {"quote_position", TG_INT, NULL, NULL},
    {"checklist_task_id", TG_INT, NULL, NULL},
    {0},
};

static const struct tg_field web_app_fields[] = {{"url", TG_STR, "", NULL}, {0}};
static const struct tg_field copy_fields[] = {{"text", TG_STR, "", NULL}, {0}};

static const struct tg_field inline_button_fields[] = {
    {"text", TG_STR, "", NULL},
    {"icon_custom_emoji_id", TG_STR, NULL, NULL},
    {"style", TG_STR, NULL, NULL},
    {"url", TG_STR, NULL, NULL},
    {"callback_data", TG_STR, NULL, NULL},
    {"web_app", TG_OBJ, NULL, web_app_fields},
    {"login_url", TG_OBJ, NULL, NULL},
    {"switch_inline_query", TG_STR, NULL, NULL},
    {"switch_inline_query_current_chat", TG_STR, NULL, NULL},
    {"switch_inline_query_chosen_chat", TG_OBJ, NULL, NULL},
    {"copy_text", TG_OBJ, NULL, copy_fields},
    {"callback_game", TG_OBJ, NULL, NULL},
    {"pay", TG_BOOL, NULL, NULL},
    {0},
};

static const struct tg_field button_fields[] = {
    {"text", TG_STR, "", NULL},
    {"icon_custom_emoji_id", TG_STR, NULL, NULL},
    {"style", TG_STR, NULL, NULL},
    {"request_users", TG_OBJ, NULL, NULL},
    {"request_chat", TG_OBJ, NULL, NULL},
    {"request_contact", TG_BOOL, NULL, NULL},
    {"request_location", TG_BOOL, NULL, NULL},
    {"request_poll", TG_OBJ, NULL, NULL},
    {"web_app", TG_OBJ, NULL, web_app_fields},
    {0},
};

static const struct tg_field inline_keyboard_fields[] = {
    {"inline_keyboard", TG_OBJ | TG_LIST2, "", inline_button_fields},
    {0},
};

static const struct tg_field keyboard_fields[] = {
    {"keyboard", TG_OBJ | TG_LIST2, "", button_fields},
    {"is_persistent", TG_BOOL, NULL, NULL},
    {"resize_keyboard", TG_BOOL, NULL, NULL},
    {"one_time_keyboard", TG_BOOL, NULL, NULL},
    {"input_field_placeholder", TG_STR, NULL, NULL},
    {"selective", TG_BOOL, NULL, NULL},
    {0},
};

static const struct tg_field remove_fields[] = {
    {"remove_keyboard", TG_BOOL, "", NULL},
    {"selective", TG_BOOL, NULL, NULL},
    {0},
};

static const struct tg_field force_fields[] = {
    {"force_reply", TG_BOOL, "", NULL},
    {"input_field_placeholder", TG_STR, NULL, NULL},
    {"selective", TG_BOOL, NULL, NULL},
    {0},
};

static const struct tg_field command_fields[] = {
    {"command", TG_STR, "", NULL},
    {"description", TG_STR, "", NULL},
    {0},
};

static const struct tg_field scope_fields[] = {
    {"type", TG_STR, "", NULL},
    {"chat_id", TG_INT | TG_STR, NULL, NULL},
    {"user_id", TG_INT, NULL, NULL},
    {0},
};

/* What the three sending methods have in common. reply_markup is looked into by tg_check_markup. */
#define SEND_FIELDS                                                                                \
    {"business_connection_id", TG_STR, NULL, NULL},                                                \
        {"chat_id", TG_INT | TG_STR, "chat_id is empty", NULL},                                    \
        {"message_thread_id", TG_INT, NULL, NULL},                                                 \
        {"direct_messages_topic_id", TG_INT, NULL, NULL}, {"parse_mode", TG_STR, NULL, NULL},      \
        {"disable_notification", TG_BOOL, NULL, NULL}, {"protect_content", TG_BOOL, NULL, NULL},   \
        {"allow_paid_broadcast", TG_BOOL, NULL, NULL}, {"message_effect_id", TG_STR, NULL, NULL},  \
        {"suggested_post_parameters", TG_OBJ, NULL, NULL},                                         \
        {"reply_parameters", TG_OBJ, NULL, reply_fields},                                          \
    {                                                                                              \
        "reply_markup", TG_OBJ, NULL, NULL                                                         \
    }

#define CAPTION_FIELDS                                                                             \
    {"caption", TG_STR, NULL, NULL},                                                               \
    {                                                                                              \
        "caption_entities", TG_OBJ | TG_LIST, NULL, entity_fields                                  \
    }

static const struct tg_field send_message_fields[] = {
    SEND_FIELDS,
    {"text", TG_STR, "message text is empty", NULL},
    {"entities", TG_OBJ | TG_LIST, NULL, entity_fields},
    {"link_preview_options", TG_OBJ, NULL, preview_fields},
    {0},
};

static const struct tg_field send_document_fields[] = {
    SEND_FIELDS,
    CAPTION_FIELDS,
    {"document", TG_STR | TG_FILE, "there is no document in the request", NULL},
    {"thumbnail", TG_STR | TG_FILE, NULL, NULL},
    {"disable_content_type_detection", TG_BOOL, NULL, NULL},
    {0},
};

static const struct tg_field send_photo_fields[] = {
    SEND_FIELDS,
    CAPTION_FIELDS,
    {"photo", TG_STR | TG_FILE, "there is no photo in the request", NULL},
    {"show_caption_above_media", TG_BOOL, NULL, NULL},
    {"has_spoiler", TG_BOOL, NULL, NULL},
    {0},
};

/* inline_message_id and rich_message exist, but nothing here has sent one: see the method. */
static const struct tg_field edit_text_fields[] = {
    {"business_connection_id", TG_STR, NULL, NULL},
    {"chat_id", TG_INT | TG_STR, NULL, NULL},
    {"message_id", TG_INT, "message identifier is not specified", NULL},
    {"inline_message_id", TG_STR, NULL, NULL},
    {"text", TG_STR, "message text is empty", NULL},
    {"parse_mode", TG_STR, NULL, NULL},
    {"entities", TG_OBJ | TG_LIST, NULL, entity_fields},
    {"link_preview_options", TG_OBJ, NULL, preview_fields},
    {"rich_message", TG_OBJ, NULL, NULL},
    {"reply_markup", TG_OBJ, NULL, NULL},
    {0},
};

/* InputMediaPhoto, the only one of the InputMedia that is played. */
static const struct tg_field media_fields[] = {
    {"type", TG_STR, "", NULL},
    {"media", TG_STR, "", NULL},
    {"caption", TG_STR, NULL, NULL},
    {"parse_mode", TG_STR, NULL, NULL},
    {"caption_entities", TG_OBJ | TG_LIST, NULL, entity_fields},
    {"show_caption_above_media", TG_BOOL, NULL, NULL},
    {"has_spoiler", TG_BOOL, NULL, NULL},
    {0},
};

static const struct tg_field edit_media_fields[] = {
    {"business_connection_id", TG_STR, NULL, NULL},
    {"chat_id", TG_INT | TG_STR, NULL, NULL},
    {"message_id", TG_INT, "message identifier is not specified", NULL},
    {"inline_message_id", TG_STR, NULL, NULL},
    {"media", TG_OBJ, "media is empty", media_fields},
    {"reply_markup", TG_OBJ, NULL, NULL},
    {0},
};

static const struct tg_field edit_markup_fields[] = {
    {"business_connection_id", TG_STR, NULL, NULL},
    {"chat_id", TG_INT | TG_STR, NULL, NULL},
    {"message_id", TG_INT, "message identifier is not specified", NULL},
    {"inline_message_id", TG_STR, NULL, NULL},
    {"reply_markup", TG_OBJ, NULL, NULL},
    {0},
};

static const struct tg_field delete_fields[] = {
    {"chat_id", TG_INT | TG_STR, "chat_id is empty", NULL},
    {"message_id", TG_INT, "message identifier is not specified", NULL},
    {0},
};

static const struct tg_field updates_fields[] = {
    {"offset", TG_INT, NULL, NULL},
    {"limit", TG_INT, NULL, NULL},
    {"timeout", TG_INT, NULL, NULL},
    {"allowed_updates", TG_STR | TG_LIST, NULL, NULL},
    {0},
};

static const struct tg_field set_webhook_fields[] = {
    {"url", TG_STR, "url is empty", NULL},
    {"certificate", TG_FILE, NULL, NULL},
    {"ip_address", TG_STR, NULL, NULL},
    {"max_connections", TG_INT, NULL, NULL},
    {"allowed_updates", TG_STR | TG_LIST, NULL, NULL},
    {"drop_pending_updates", TG_BOOL, NULL, NULL},
    {"secret_token", TG_STR, NULL, NULL},
    {0},
};

static const struct tg_field delete_webhook_fields[] = {
    {"drop_pending_updates", TG_BOOL, NULL, NULL},
    {0},
};

static const struct tg_field answer_fields[] = {
    {"callback_query_id", TG_STR, "callback_query_id is empty", NULL},
    {"text", TG_STR, NULL, NULL},
    {"show_alert", TG_BOOL, NULL, NULL},
    {"url", TG_STR, NULL, NULL},
    {"cache_time", TG_INT, NULL, NULL},
    {0},
};

static const struct tg_field set_commands_fields[] = {
    {"commands", TG_OBJ | TG_LIST, "can't parse commands: commands are empty", command_fields},
    {"scope", TG_OBJ, NULL, scope_fields},
    {"language_code", TG_STR, NULL, NULL},
    {0},
};

static const struct tg_field commands_fields[] = {
    {"scope", TG_OBJ, NULL, scope_fields},
    {"language_code", TG_STR, NULL, NULL},
    {0},
};

static const struct tg_field action_fields[] = {
    {"business_connection_id", TG_STR, NULL, NULL},
    {"chat_id", TG_INT | TG_STR, "chat_id is empty", NULL},
    {"message_thread_id", TG_INT, NULL, NULL},
    {"action", TG_STR, "wrong parameter action in request", NULL},
    {0},
};

static const struct tg_field get_file_fields[] = {
    {"file_id", TG_STR, "file_id not specified", NULL},
    {0},
};

static const struct tg_field get_chat_fields[] = {
    {"chat_id", TG_INT | TG_STR, "chat_id is empty", NULL},
    {0},
};

static const struct tg_field no_fields[] = {{0}};

const struct tg_method tg_methods[] = {
    {"getMe", no_fields, 0, tg_run_get_me},
    {"getUpdates", updates_fields, 0, tg_run_get_updates},
    {"deleteWebhook", delete_webhook_fields, 0, tg_run_delete_webhook},
    {"setWebhook", set_webhook_fields, 0, tg_run_set_webhook},
    {"getWebhookInfo", no_fields, 0, tg_run_get_webhook_info},
    {"sendMessage", send_message_fields, TG_IN_CHAT, tg_run_send_message},
    {"editMessageText", edit_text_fields, TG_IN_CHAT, tg_run_edit_text},
    {"editMessageMedia", edit_media_fields, TG_IN_CHAT, tg_run_edit_media},
    {"editMessageReplyMarkup", edit_markup_fields, TG_IN_CHAT, tg_run_edit_markup},
    {"deleteMessage", delete_fields, TG_IN_CHAT, tg_run_delete_message},
    {"answerCallbackQuery", answer_fields, 0, tg_run_answer_callback},
    {"setMyCommands", set_commands_fields, 0, tg_run_set_commands},
    {"deleteMyCommands", commands_fields, 0, tg_run_delete_commands},
    {"getMyCommands", commands_fields, 0, tg_run_get_commands},
    {"sendChatAction", action_fields, TG_IN_CHAT, tg_run_send_chat_action},
    {"sendDocument", send_document_fields, TG_IN_CHAT, tg_run_send_document},
    {"sendPhoto", send_photo_fields, TG_IN_CHAT, tg_run_send_photo},
    {"getFile", get_file_fields, 0, tg_run_get_file},
    {"getChat", get_chat_fields, TG_IN_CHAT, tg_run_get_chat},
};

const size_t tg_n_methods = sizeof tg_methods / sizeof tg_methods[0];
_Static_assert(sizeof tg_methods / sizeof tg_methods[0] <= TG_METHODS_MAX, "raise TG_METHODS_MAX");

const struct tg_field *tg_field_find(const struct tg_field *fields, const char *name)
{
    for (; fields->name; fields++)
        if (strcmp(fields->name, name) == 0)
            return fields;
    return NULL;
}

bool tg_is_integer(const cJSON *item)
{
    return cJSON_IsNumber(item) && fabs(item->valuedouble) <= 9007199254740991.0 &&
           item->valuedouble == floor(item->valuedouble);
}

static const char *type_name(unsigned types)
{
    if (types & (TG_LIST | TG_LIST2))
        return types & TG_LIST ? "Array" : "Array of Arrays";
    if (types & TG_OBJ)
        return "Object";
    if (types & TG_STR)
        return types & TG_INT ? "Integer or String" : "String";
    if (types & TG_FILE)
        return "InputFile";
    return types & TG_INT ? "Integer" : "Boolean";
}

static bool check_value(const struct tg_field *field, unsigned types, const cJSON *value, char *why)
{
    if (types & (TG_LIST | TG_LIST2) && cJSON_IsArray(value)) {
        /* Array of Array of X: its elements are Array of X */
        unsigned inner =
            types & TG_LIST2 ? (types & ~(unsigned)TG_LIST2) | TG_LIST : types & ~(unsigned)TG_LIST;
        const cJSON *item = NULL;
        cJSON_ArrayForEach(item, value)
        {
            if (!check_value(field, inner, item, why))
                return false;
        }
        return true;
    }
    if (!(types & (TG_LIST | TG_LIST2))) {
        if (types & TG_OBJ && cJSON_IsObject(value))
            return !field->sub || tg_check_object(field->sub, value, why);
        if ((types & TG_INT && tg_is_integer(value)) || (types & TG_BOOL && cJSON_IsBool(value)) ||
            (types & (TG_STR | TG_FILE) && cJSON_IsString(value)))
            return true;
    }
    snprintf(why, TG_WHY, "Field \"%s\" must be of type %s", field->name, type_name(types));
    return false;
}

bool tg_check_object(const struct tg_field *fields, const cJSON *object, char *why)
{
    const cJSON *value = NULL;
    cJSON_ArrayForEach(value, object)
    {
        const struct tg_field *field = tg_field_find(fields, value->string);
        if (!field) {
            snprintf(why, TG_WHY, "unknown field \"%.80s\"", value->string);
            return false;
        }
        if (!check_value(field, field->types, value, why))
            return false;
    }
    for (const struct tg_field *field = fields; field->name; field++) {
        if (!field->required || cJSON_GetObjectItemCaseSensitive(object, field->name))
            continue;
        if (*field->required)
            snprintf(why, TG_WHY, "%s", field->required);
        else
            snprintf(why, TG_WHY, "Can't find field \"%s\"", field->name);
        return false;
    }
    return true;
}

static bool say_why(char *why, const char *text)
{
    snprintf(why, TG_WHY, "%s", text);
    return false;
}

static bool check_web_link(const char *url)
{
    static const char *const schemes[] = {"http://", "https://", "tg://"};
    for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++) {
        size_t len = strlen(schemes[i]);
        if (strncmp(url, schemes[i], len) == 0)
            return url[len] && !strpbrk(url, " \n\t\"<>");
    }
    return false;
}

static bool check_inline_button(const cJSON *button, const struct tg_chat *chat, char *why)
{
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(button, "text"));
    const char *style = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(button, "style"));
    const char *data =
        cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(button, "callback_data"));
    const char *url = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(button, "url"));
    const cJSON *app = cJSON_GetObjectItemCaseSensitive(button, "web_app");
    const cJSON *copy = cJSON_GetObjectItemCaseSensitive(button, "copy_text");
    int actions = cJSON_GetArraySize(button) - 1 - (style ? 1 : 0) -
                  (cJSON_HasObjectItem(button, "icon_custom_emoji_id") ? 1 : 0);
    if (!text[strspn(text, " \n\t")])
        return say_why(why, "can't parse inline keyboard button: Text is empty");
    if (style && strcmp(style, "danger") && strcmp(style, "success") && strcmp(style, "primary"))
        return say_why(why, "can't parse inline keyboard button: invalid button style specified");
    if (actions < 1)
        return say_why(why, "can't parse inline keyboard button: Text buttons are unallowed in the "
                            "inline keyboard");
    if (actions > 1)
        return say_why(why, "can't parse inline keyboard button: exactly one of the optional "
                            "fields must be used");
    if (data && (strlen(data) < 1 || strlen(data) > 64))
        return say_why(why, "BUTTON_DATA_INVALID");
    if (url && !check_web_link(url))
        return say_why(why, "BUTTON_URL_INVALID");
    if (app) {
        url = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(app, "url"));
        if (chat->id < 0)
            return say_why(why, "BUTTON_TYPE_INVALID");
        if (strncmp(url, "https://", 8) != 0)
            return say_why(why, "inline keyboard button Web App URL is invalid: Only HTTPS links "
                                "are allowed");
    }
    if (copy) {
        const char *copied = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(copy, "text"));
        if (!*copied || utf16_length(copied) > 256)
            return say_why(why, "BUTTON_COPY_TEXT_INVALID");
    }
    return true;
}

bool tg_check_markup(const cJSON *markup, bool inline_only, const struct tg_chat *chat, char *why)
{
    if (!markup)
        return true;
    const cJSON *rows = cJSON_GetObjectItemCaseSensitive(markup, "inline_keyboard");
    if (!rows) {
        if (inline_only)
            return say_why(why, "can't parse inline keyboard markup JSON object");
        const struct tg_field *fields = NULL;
        if (cJSON_HasObjectItem(markup, "keyboard"))
            fields = keyboard_fields;
        else if (cJSON_HasObjectItem(markup, "remove_keyboard"))
            fields = remove_fields;
        else if (cJSON_HasObjectItem(markup, "force_reply"))
            fields = force_fields;
        if (!fields)
            return say_why(why, "object expected as reply markup");
        return tg_check_object(fields, markup, why);
    }
    char inner[TG_WHY];
    if (!tg_check_object(inline_keyboard_fields, markup, inner)) {
        snprintf(why, TG_WHY, "can't parse inline keyboard button: %.250s", inner);
        return false;
    }
    unsigned buttons = 0;
    const cJSON *row = NULL, *button = NULL;
    cJSON_ArrayForEach(row, rows)
    {
        cJSON_ArrayForEach(button, row)
        {
            if (!check_inline_button(button, chat, why))
                return false;
            buttons++;
        }
    }
    return buttons <= 100 || say_why(why, "reply markup is too long");
}
