#include "store/chat/taste.h"

int taste_dark(struct db *db, const char *via, int64_t user_id, bool *ret, struct err *err)
{
    int64_t dark;
    if (DB_INT(db, 0, &dark, err, "SELECT dark FROM chat_user WHERE via = :via AND user_id = :user",
               B_TEXT(":via", via), B_INT(":user", user_id)))
        return -1;
    *ret = dark != 0;
    return 0;
}

int taste_set_dark(struct db *db, const char *via, int64_t user_id, bool dark, struct err *err)
{
    return DB_RUN(db, err,
                  "UPDATE chat_user SET dark = :dark"
                  " WHERE via = :via AND user_id = :user AND dark <> :dark",
                  B_INT(":dark", dark), B_TEXT(":via", via), B_INT(":user", user_id));
}
