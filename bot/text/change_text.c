#include "bot/text/change_text.h"

const char *change_text(struct buf *out, const cJSON *v)
{
    if (cJSON_IsString(v))
        buf_add(out, v->valuestring);
    else if (cJSON_IsBool(v))
        buf_addc(out, cJSON_IsTrue(v) ? '1' : '0');
    else if (cJSON_IsNumber(v))
        json_number(out, v->valuedouble);
    for (const cJSON *item = cJSON_IsArray(v) ? v->child : NULL; item; item = item->next) {
        change_text(out, item);
        buf_add(out, item->next ? ", " : "");
    }
    return buf_str(out);
}
