/* Functions with a variable number of arguments: stable Rust can call these but not define them. */

#include <stdarg.h>
#include <stdio.h>

/* The most characters of a log line, as programs know it. */
#define MAX_LOG_TEXT 4094

typedef struct twPrimitive twPrimitive;
typedef struct twDataShapeEntry twDataShapeEntry;
typedef struct twDataShape twDataShape;
typedef struct twInfoTableRow twInfoTableRow;
typedef struct twInfoTable twInfoTable;

/* From logger.rs. An enum of the headers is an unsigned int. */
char twedge_log_enabled(unsigned int level);
void twedge_log_text(unsigned int level, const char *text);

/* From base_types.rs and info_table.rs. */
void twPrimitive_Delete(void *p);
void twDataShapeEntry_Delete(void *entry);
twDataShape *twDataShape_Create(twDataShapeEntry *firstEntry);
int twDataShape_SetName(twDataShape *ds, char *name);
int twDataShape_AddEntry(twDataShape *ds, twDataShapeEntry *entry);
twInfoTableRow *twInfoTableRow_Create(twPrimitive *firstEntry);
int twInfoTableRow_AddEntry(twInfoTableRow *row, twPrimitive *entry);
void twInfoTableRow_Delete(void *row);
twInfoTable *twInfoTable_Create(twDataShape *shape);
int twInfoTable_AddRow(twInfoTable *it, twInfoTableRow *row);

void twLog(unsigned int level, const char *format, ...) __attribute__((format(printf, 2, 3)));
twDataShape *twDataShape_CreateFromEntries(char *shapeName, twDataShapeEntry *firstEntry, ...);
twInfoTableRow *twInfoTable_CreateRowFromEntries(twPrimitive *firstEntry, ...);
twInfoTable *twInfoTable_CreateInfoTableFromRows(twDataShape *dataShape, ...);

void twLog(unsigned int level, const char *format, ...) {
    char text[MAX_LOG_TEXT + 1] = "";
    va_list arguments;
    if (format == NULL || !twedge_log_enabled(level)) {
        return;
    }
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    twedge_log_text(level, text);
}

/* The builders own their arguments from the call on: what cannot be added is deleted. A first argument of NULL ends
 * the list, like any other: nothing tells whether there is one behind it. */

twDataShape *twDataShape_CreateFromEntries(char *shapeName, twDataShapeEntry *firstEntry, ...) {
    twDataShape *shape;
    twDataShapeEntry *entry;
    va_list entries;
    if (firstEntry == NULL) {
        return NULL;
    }
    shape = twDataShape_Create(firstEntry);
    if (shape == NULL) {
        twDataShapeEntry_Delete(firstEntry);
    }
    va_start(entries, firstEntry);
    while ((entry = va_arg(entries, twDataShapeEntry *)) != NULL) {
        if (shape == NULL || twDataShape_AddEntry(shape, entry) != 0) {
            twDataShapeEntry_Delete(entry);
        }
    }
    va_end(entries);
    if (shape != NULL && shapeName != NULL) {
        (void)twDataShape_SetName(shape, shapeName);
    }
    return shape;
}

twInfoTableRow *twInfoTable_CreateRowFromEntries(twPrimitive *firstEntry, ...) {
    twInfoTableRow *row;
    twPrimitive *entry;
    va_list entries;
    if (firstEntry == NULL) {
        return NULL;
    }
    row = twInfoTableRow_Create(firstEntry);
    if (row == NULL) {
        twPrimitive_Delete(firstEntry);
    }
    va_start(entries, firstEntry);
    while ((entry = va_arg(entries, twPrimitive *)) != NULL) {
        if (row == NULL || twInfoTableRow_AddEntry(row, entry) != 0) {
            twPrimitive_Delete(entry);
        }
    }
    va_end(entries);
    return row;
}

twInfoTable *twInfoTable_CreateInfoTableFromRows(twDataShape *dataShape, ...) {
    twInfoTable *table = twInfoTable_Create(dataShape);
    twInfoTableRow *row;
    va_list rows;
    va_start(rows, dataShape);
    while ((row = va_arg(rows, twInfoTableRow *)) != NULL) {
        if (table == NULL || twInfoTable_AddRow(table, row) != 0) {
            twInfoTableRow_Delete(row);
        }
    }
    va_end(rows);
    return table;
}

/* In shapes.rs. */
int twedge_create_thing(const char *thingName, const char *templateName);
int twedge_add_shape(const char *thingName, const char *shapeName);

int twExt_CreateThingFromTemplate(const char *thingName, const char *templateName, ...) {
    int code = twedge_create_thing(thingName, templateName);
    const char *shape;
    va_list shapes;
    va_start(shapes, templateName);
    while (code == 0 && (shape = va_arg(shapes, const char *)) != NULL) {
        code = twedge_add_shape(thingName, shape);
    }
    va_end(shapes);
    return code;
}
