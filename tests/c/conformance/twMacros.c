/* twMacros.h and TW_LOG (ext-files-tunnels.md 1.12). */
#include "twExt.h"
#include "twMacros.h"

#include "stringUtils.h"

#include "api.h"

int if_without_braces(int condition);

static void values(void) {
    twPrimitive *made = TW_MAKE_NUMBER(1 / 2);
    twDataShape *shape;
    twInfoTable *table;
    int argument = 3;
    CHECK(made->val.number == 0.5, "the cast is of the first token", ORIGINAL_PASSES);
    twPrimitive_Delete(made);
    made = TW_MAKE_INT(argument);
    CHECK(made->type == TW_INTEGER && made->val.integer == 3, "TW_MAKE_INT", ORIGINAL_PASSES);
    twPrimitive_Delete(made);
    made = TW_MAKE_EMPTY;
    CHECK_INT(made->type, TW_NOTHING, "TW_MAKE_EMPTY", ORIGINAL_PASSES);
    twPrimitive_Delete(made);
    made = TW_MAKE_DATETIME_NOW;
    CHECK_INT(made->type, TW_DATETIME, "TW_MAKE_DATETIME_NOW", ORIGINAL_PASSES);
    twPrimitive_Delete(made);
    made = TW_MAKE_LOC(1, 2, 3);
    CHECK(made->val.location.elevation == 3, "TW_MAKE_LOC", ORIGINAL_PASSES);
    twPrimitive_Delete(made);
    shape = TW_MAKE_DATASHAPE("Shape", TW_DS_ENTRY("a", TW_NO_DESCRIPTION, TW_NUMBER));
    CHECK_INT(shape->numEntries, 1, "a shape of one field", ORIGINAL_PASSES);
    table = TW_MAKE_IT(shape, TW_IT_ROW(TW_MAKE_NUMBER(1)), TW_IT_ROW(TW_MAKE_STRING("x")));
    CHECK_INT(twList_GetCount(table->rows), 2, "a table", ORIGINAL_PASSES);
    twInfoTable_Delete(table);
    table = TW_MAKE_IT(TW_MAKE_DATASHAPE(TW_NO_SHAPE_NAME, TW_DS_ENTRY("a", "d", TW_NUMBER)));
    CHECK_INT(twList_GetCount(table->rows), 0, "a table without rows", ORIGINAL_PASSES);
    twInfoTable_Delete(table);
}

static void things(void) {
    twPrimitive *value = TW_MAKE_NUMBER(1.5);
    initialize();
    {
        TW_MAKE_THING(THING, TW_THING_TEMPLATE_GENERIC);
        CHECK_STR(_tw_thing_name, THING, "_tw_thing_name", ORIGINAL_PASSES);
        CHECK(_tw_thing_namespace == NULL, "_tw_thing_namespace", ORIGINAL_PASSES);
        CHECK_INT(TW_PROPERTY("p", TW_NO_DESCRIPTION, TW_NUMBER), TW_OK, "TW_PROPERTY", ORIGINAL_PASSES);
        CHECK_INT(TW_PROPERTY_LONG("q", "text", TW_NUMBER, TW_PUSH_TYPE_NEVER, 0), TW_OK, "TW_PROPERTY_LONG",
                  ORIGINAL_PASSES);
        CHECK_INT(TW_ADD_BOOLEAN_ASPECT("p", TW_ASPECT_ISREADONLY, TRUE), TW_OK, "TW_ADD_BOOLEAN_ASPECT", ORIGINAL_PASSES);
        CHECK_INT(TW_ADD_STRING_ASPECT("p", "unit", "bar"), TW_OK, "TW_ADD_STRING_ASPECT", ORIGINAL_PASSES);
        CHECK_INT(TW_SERVICE("s", TW_NO_DESCRIPTION, TW_NO_PARAMETERS, TW_NOTHING, TW_NO_RETURN_DATASHAPE, on_service),
                  TW_OK, "TW_SERVICE", ORIGINAL_PASSES);
        CHECK_INT(TW_EVENT("e", TW_NO_DESCRIPTION, TW_MAKE_DATASHAPE(TW_SHAPE_NAME_NONE, TW_DS_ENTRY("a", "", TW_NUMBER))),
                  TW_OK, "TW_EVENT", ORIGINAL_PASSES);
        TW_BIND();
    }
    CHECK_INT(twApi_IsEntityBound(THING), TRUE, "TW_BIND", ORIGINAL_PASSES);
    CHECK_INT(TW_SET_PROPERTY(THING, "p", value), TW_OK, "TW_SET_PROPERTY", ORIGINAL_PASSES);
    CHECK(TW_GET_PROPERTY(THING, "p").number == 1.5, "TW_GET_PROPERTY", ORIGINAL_PASSES);
    TW_GET_PROPERTY(THING, "p").number = 2.5;
    CHECK(TW_GET_PROPERTY(THING, "p").number == 2.5, "is an lvalue", ORIGINAL_PASSES);
    CHECK_INT(TW_GET_PROPERTY_TYPE(THING, "p"), TW_NUMBER, "TW_GET_PROPERTY_TYPE", ORIGINAL_PASSES);
    CHECK_INT(TW_GET_PROPERTY_TYPE(THING, "none"), TW_NOTHING, "of nothing", ORIGINAL_PASSES);
    CHECK(TW_GET_STRING_PROPERTY(THING, "none") == NULL, "TW_GET_STRING_PROPERTY of nothing", ORIGINAL_PASSES);
    CHECK((int)TW_BIND > 0, "TW_BIND is an enumerator too", ORIGINAL_PASSES);
    twPrimitive_Delete(value);
    twApi_Delete();
}

static void namespaces(void) {
    initialize();
    {
        TW_DECLARE_SHAPE(THING, "Shape", "space")
        CHECK_STR(_tw_thing_namespace, "space", "_tw_thing_namespace", ORIGINAL_PASSES);
        CHECK_INT(TW_PROPERTY("p", TW_NO_DESCRIPTION, TW_NUMBER), TW_OK, "a property in the namespace", ORIGINAL_PASSES);
        CHECK_INT(TW_ADD_STRING_ASPECT("p", "unit", "bar"), TW_INVALID_PARAM, "aspects ignore it (E8)", ORIGINAL_PASSES);
        CHECK_INT(TW_ADD_STRING_ASPECT("space_p", "unit", "bar"), TW_OK, "the whole name", ORIGINAL_PASSES);
    }
    twApi_Delete();
}

static void parameters(void) {
    twInfoTable *params = TW_MAKE_IT(
        TW_MAKE_DATASHAPE(TW_NO_SHAPE_NAME, TW_DS_ENTRY("name", "", TW_STRING), TW_DS_ENTRY("size", "", TW_NUMBER)),
        TW_IT_ROW(TW_MAKE_STRING("text"), TW_MAKE_NUMBER(2.5)));
    char *name = NULL;
    double size = 0;
    TW_GET_STRING_PARAM(params, name);
    TW_GET_NUMBER_PARAM(params, size);
    CHECK_STR(name, "text", "TW_GET_STRING_PARAM", ORIGINAL_PASSES);
    CHECK(size == 2.5, "TW_GET_NUMBER_PARAM", ORIGINAL_PASSES);
    free(name);
    twInfoTable_Delete(params);
}

int if_without_braces(int condition) {
    if (condition)
        TW_LOG(TW_TRACE, "one");
    else
        TW_LOG(TW_TRACE, "two %d", condition);
    return condition;
}

static void logging(void) { CHECK_INT(if_without_braces(1), 1, "TW_LOG is one statement", ORIGINAL_PASSES); }

CONFORMANCE_MAIN("twMacros.h", GROUP(values), GROUP(things), GROUP(namespaces), GROUP(parameters), GROUP(logging))
