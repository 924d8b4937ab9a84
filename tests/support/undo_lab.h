/* undo_lab.h: the small festival with runs that did something to it, and what undoing them says. */
#ifndef TESTS_SUPPORT_UNDO_LAB_H
#define TESTS_SUPPORT_UNDO_LAB_H

#include "store/runs.h"
#include "sync/undo/undo.h"
#include "tests/support/check.h"
#include "tests/support/small_festival.h"

#define OLEG "telegram:1001"

/* For cmocka_unit_test_setup_teardown: *state is a struct small_festival whose lanes lie beside its
 * store. */
int undo_lab_setup(void **state);

/* A run that is under way, and its end: its counts say how much it updated. */
int64_t lab_run(struct small_festival *f, const char *step, const char *kind);
void lab_run_over(struct small_festival *f, int64_t run, int64_t updated);

/* A change by a run (0: by none), at its time: 2000 and on. */
void lab_set(struct small_festival *f, int64_t run, const char *entity, const char *id,
             const char *field, struct value v);
void lab_delete(struct small_festival *f, int64_t run, const char *entity, const char *id,
                bool deleted);
/* texts: field, value, …, NULL; the year is 2026. */
void lab_insert(struct small_festival *f, int64_t run, const char *entity, const char *id,
                const char *const *texts);

/* The text of a field of the participation; "NULL" when it is empty. */
const char *lab_text(struct small_festival *f, const char *field);
bool lab_deleted(struct small_festival *f, const char *entity, const char *id);

/* The ops of the plan, one a line: "set back Лис Мария, Инфоцентр: status ARRIVED > PLANNED",
 * "keep …: status (changed later: telegram:1001 2000)". */
const char *lab_plan(struct small_festival *f, int64_t run);
enum undo_state lab_state(struct small_festival *f, int64_t run);

/* Undoes it as OLEG would; chunk 0: as it comes. */
struct undo_done lab_undo(struct small_festival *f, int64_t run, size_t chunk);

#endif
