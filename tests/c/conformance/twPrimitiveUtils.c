/* twPrimitiveUtils.h (api-behaviour.md 9.3, ext-files-tunnels.md 1.11). Everything is taken, on every path. */
#include "twOSPort.h"

#include "twErrors.h"
#include "twPrimitiveUtils.h"

#include "check.h"

static void builders(void) {
    twDataShape *shape = twDataShape_CreateFromEntries("Shape", twDataShapeEntry_Create("a", NULL, TW_NUMBER),
                                                       twDataShapeEntry_Create("b", NULL, TW_STRING), NULL);
    twInfoTable *table;
    char *text = NULL;
    CHECK_INT(shape->numEntries, 2, "fields", ORIGINAL_PASSES);
    CHECK_STR(shape->name, "Shape", "name", ORIGINAL_PASSES);
    /* The types of the cells are not compared with the shape. */
    table = twInfoTable_CreateInfoTableFromRows(
        shape,
        twInfoTable_CreateRowFromEntries(twPrimitive_CreateFromString("x", TRUE), twPrimitive_CreateFromString("y", TRUE),
                                         NULL),
        twInfoTable_CreateRowFromEntries(twPrimitive_Create(), NULL), NULL);
    CHECK_INT(twList_GetCount(table->rows), 2, "rows", ORIGINAL_PASSES);
    CHECK_INT(twInfoTable_GetString(table, "a", 0, &text), TW_OK, "a text in a NUMBER column", ORIGINAL_PASSES);
    CHECK_STR(text, "x", "its value", ORIGINAL_PASSES);
    free(text);
    twInfoTable_Delete(table);
}

static void without_more(void) {
    twDataShape *shape = twDataShape_CreateFromEntries(NULL, twDataShapeEntry_Create("a", NULL, TW_NUMBER), NULL);
    twInfoTable *table = twInfoTable_CreateInfoTableFromRows(shape, NULL);
    twLocation *place = twCreateLocationFrom(1, 2, 3);
    CHECK(shape->name == NULL, "no name", ORIGINAL_PASSES);
    CHECK_INT(twList_GetCount(table->rows), 0, "no rows", ORIGINAL_PASSES);
    twInfoTable_Delete(table);
    CHECK(place->latitude == 1 && place->longitude == 2 && place->elevation == 3, "a place", ORIGINAL_PASSES);
    free(place);
}

static void null_first(void) {
    CHECK(twDataShape_CreateFromEntries("Shape", NULL, NULL) == NULL, "shape", ORIGINAL_PASSES);
    CHECK(twInfoTable_CreateRowFromEntries(NULL, NULL) == NULL, "row", ORIGINAL_PASSES);
    CHECK(twInfoTable_CreateInfoTableFromRows(NULL, NULL) == NULL, "table", ORIGINAL_PASSES);
}

CONFORMANCE_MAIN("twPrimitiveUtils.h", GROUP(builders), GROUP(without_more), GROUP(null_first))
