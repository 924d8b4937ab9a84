/* fuzz_json.c: what json_parse accepts can be printed, read again and is the same then. */
#include "store/base/json.h"
#include "store/base/utf8.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AUTO_JSON *tree = NULL, *again = NULL;
    struct err err = {0};
    if (json_parse((const char *)data, size, &tree, &err)) {
        PROMISE(err.kind == ERR_DATA && *err.msg && utf8_valid(err.msg, strlen(err.msg)));
        return 0;
    }
    json_at(tree, "result.items.0.name");
    int64_t n;
    json_i64(tree, "a", &n);
    json_bool(tree, "0");
    char *text = cJSON_PrintUnformatted(tree);
    PROMISE(text);
    PROMISE(!json_parse(text, strlen(text), &again, &err));
    free(text);
    if (cJSON_IsString(tree)) {
        AUTO_BUF quoted = BUF_INIT(size * 6 + 16);
        AUTO_JSON *back = NULL;
        json_quote(&quoted, tree->valuestring);
        PROMISE(!json_parse(buf_str(&quoted), quoted.len, &back, &err));
        PROMISE(!strcmp(back->valuestring, tree->valuestring));
    }
    if (cJSON_IsNumber(tree)) {
        AUTO_BUF number = BUF_INIT(64);
        json_number(&number, tree->valuedouble);
    }
    return 0;
}
