#include "store/audit.h"

int audit_add(struct db *db, int64_t run, const char *entity, const char *local_id,
              const char *field, const char *before, const char *after, const char *source,
              int64_t at, struct err *err)
{
    return DB_RUN(db, err,
                  "INSERT INTO audit(run, entity, local_id, field, before, after, source, at)"
                  " VALUES(:run, :entity, :local_id, :field, :before, :after, :source, :at)",
                  run ? B_INT(":run", run) : B_NULL(":run"), B_TEXT(":entity", entity),
                  B_TEXT(":local_id", local_id), B_TEXT(":field", field),
                  B_TEXT(":before", before), B_TEXT(":after", after), B_TEXT(":source", source),
                  B_INT(":at", at));
}
