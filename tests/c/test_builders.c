/* The builders with a variable number of arguments. */
#include "twPrimitiveUtils.h"

#include "check.h"

static void test_shape_rows_and_table(void) {
    twDataShape *shape = twDataShape_CreateFromEntries("Shape", twDataShapeEntry_Create("a", NULL, TW_NUMBER),
                                                       twDataShapeEntry_Create("b", NULL, TW_STRING), NULL);
    twInfoTable *table;
    double number = 0;
    char *text = NULL;
    CHECK(shape != NULL);
    CHECK_STR(shape->name, "Shape");
    CHECK_INT(shape->numEntries, 2);
    /* Cells need not be of the type of their column. */
    table = twInfoTable_CreateInfoTableFromRows(
        shape,
        twInfoTable_CreateRowFromEntries(twPrimitive_CreateFromNumber(1), twPrimitive_CreateFromString("x", TRUE), NULL),
        twInfoTable_CreateRowFromEntries(twPrimitive_CreateFromNumber(2), twPrimitive_Create(), NULL), NULL);
    CHECK(table != NULL && table->ds == shape);
    CHECK_INT(twList_GetCount(table->rows), 2);
    CHECK_INT(twInfoTable_GetNumber(table, "a", 1, &number), 0);
    CHECK(number == 2);
    CHECK_INT(twInfoTable_GetString(table, "b", 0, &text), 0);
    CHECK_STR(text, "x");
    TW_FREE(text);
    twInfoTable_Delete(table);
}

static void test_ends(void) {
    twDataShape *shape = twDataShape_CreateFromEntries(NULL, twDataShapeEntry_Create("a", NULL, TW_NUMBER), NULL);
    twInfoTable *table = twInfoTable_CreateInfoTableFromRows(shape, NULL);
    CHECK(shape != NULL && shape->name == NULL);
    CHECK(table != NULL && table->rows != NULL);
    CHECK_INT(twList_GetCount(table->rows), 0);
    twInfoTable_Delete(table);
    CHECK(twDataShape_CreateFromEntries("Shape", NULL) == NULL);
    CHECK(twInfoTable_CreateRowFromEntries(NULL) == NULL);
    /* The rows are deleted. */
    CHECK(twInfoTable_CreateInfoTableFromRows(
              NULL, twInfoTable_CreateRowFromEntries(twPrimitive_CreateFromNumber(1), NULL), NULL) == NULL);
}

int main(void) {
    test_shape_rows_and_table();
    test_ends();
    return check_result();
}
