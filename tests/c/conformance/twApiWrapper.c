/* twApiWrapper.h (ext-files-tunnels.md 6.1). */
#include "twExt.h"

#include "twApiWrapper.h"

#include "check.h"

static void blocks(void) {
    twPrimitive *value = twPrimitive_CreateFromNumber(1.5), *back;
    twInfoTable *table = twInfoTable_CreateFromNumber("a", 2.5), *table_back;
    twWDataBlock *block = NULL;
    double number = 0;
    CHECK_INT(twWDataBlock_FromPrimitive(value, &block), TW_OK, "of a primitive", ORIGINAL_PASSES);
    back = twWDataBlock_ToPrimitive(block);
    CHECK(back && back->val.number == 1.5, "back again", ORIGINAL_PASSES);
    twPrimitive_Delete(back);
    twWDataBlock_Free(block);
    block = NULL;
    CHECK_INT(twWDataBlock_FromInfoTable(table, &block), TW_OK, "of a table", ORIGINAL_PASSES);
    table_back = twWDataBlock_ToInfoTable(block);
    CHECK_INT(twInfoTable_GetNumber(table_back, "a", 0, &number), TW_OK, "a table back again", ORIGINAL_PASSES);
    CHECK(number == 2.5, "its value", ORIGINAL_PASSES);
    twInfoTable_Delete(table_back);
    twWDataBlock_Free(block);
    twPrimitive_Delete(value);
    twInfoTable_Delete(table);
}

CONFORMANCE_MAIN("twApiWrapper.h", GROUP(blocks))
