/* Loading extension libraries: which file a name stands for, the entry function, and the services of the generic template.
 * Builds its libraries with the compiler; without one the test cannot be run. */
#define _POSIX_C_SOURCE 200809L
#include "twExt.h"
#include "twMacros.h"

#include "check.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define THING "Pump"

static char root[] = "/tmp/twedge-extension-XXXXXX";

static void app_key(char *buffer, unsigned int size) {
    snprintf(buffer, size, "%s", "unused");
}

static char *under_root(const char *name) {
    static char path[256];
    snprintf(path, sizeof(path), "%s/%s", root, name);
    return path;
}

/* A library whose entry function is called so and returns that; it registers a shape and counts its calls. */
static int build(const char *file, const char *entry, int code) {
    char command[1024];
    FILE *source = fopen(under_root("source.c"), "w");
    if (!source) {
        return -1;
    }
    fprintf(source,
            "void twExt_RegisterShape(const char *name, void (*constructor)(const char *, const char *));\n"
            "int entries, made; const char *last;\n"
            "static void construct(const char *thing, const char *space) { (void)thing; made++; last = space; }\n"
            "int %s(void) { entries++; twExt_RegisterShape(\"Loaded\", construct); return %d; }\n",
            entry, code);
    fclose(source);
    snprintf(command, sizeof(command), "${CC:-gcc} -shared -fPIC -o %s/%s %s/source.c", root, file, root);
    return system(command);
}

static int number(void *library, const char *name) {
    int *place = library ? dlsym(library, name) : NULL;
    return place ? *place : -1;
}

static int set_directory(const char *directory) {
    return setenv("TWXLIB", under_root(directory), 1);
}

static void test_directory(void) {
    void *library;
    unsetenv("TWXLIB");
    CHECK(twExt_LoadExtensionLibrary("libgood") == NULL);
    setenv("TWXLIB", "", 1);
    CHECK(twExt_LoadExtensionLibrary("libgood") == NULL);
    set_directory("none");
    CHECK(twExt_LoadExtensionLibrary("libgood") == NULL);
    /* Looked at when a library is loaded; a trailing slash does no harm. */
    set_directory("ext/");
    CHECK(twExt_LoadExtensionLibrary(NULL) == NULL);
    CHECK(twExt_LoadExtensionLibrary("") == NULL);
    library = twExt_LoadExtensionLibrary("libgood");
    CHECK_INT(number(library, "entries"), 1);
    /* Again: the entry function runs again. */
    CHECK(twExt_LoadExtensionLibrary("libgood") == library);
    CHECK_INT(number(library, "entries"), 2);
    set_directory("ext");
    CHECK(twExt_LoadExtensionLibrary("libgood") == library);
    /* The name of the entry function is the last component of the library's. */
    CHECK_INT(number(twExt_LoadExtensionLibrary("sub/libinner"), "entries"), 1);
    /* Whatever leads back into the directory. */
    CHECK(twExt_LoadExtensionLibrary("../ext/libgood") == library);
    CHECK_INT(number(library, "entries"), 4);
    /* No percent-decoding. */
    CHECK(twExt_LoadExtensionLibrary("sub%2Flibinner") == NULL);
    CHECK_INT(number(twExt_LoadExtensionLibrary("libmac"), "entries"), 1);
}

static void test_refused(void) {
    /* Outside, also where the name of the directory is the beginning of another (E21), and through a link. */
    CHECK(twExt_LoadExtensionLibrary("../ext2/libbeside") == NULL);
    CHECK(twExt_LoadExtensionLibrary("liblink") == NULL);
    CHECK(twExt_LoadExtensionLibrary("libnone") == NULL);
    /* No such entry function, one that says no, a file that is no library. */
    CHECK(twExt_LoadExtensionLibrary("libother") == NULL);
    CHECK(twExt_LoadExtensionLibrary("librefuses") == NULL);
    CHECK(twExt_LoadExtensionLibrary("libtext") == NULL);
}

static enum msgCodeEnum call(const char *service, const char *field, const char *value, const char *space) {
    service_cb callback = twExt_GetCallbackForService(THING, (char *)service);
    twInfoTable *content = NULL;
    twInfoTable *params = NULL;
    enum msgCodeEnum code;
    if (!callback) {
        return TWX_NOT_IMPLEMENTED;
    }
    if (field && space) {
        params = TW_MAKE_IT(TW_MAKE_DATASHAPE(NULL, TW_DS_ENTRY(field, NULL, TW_STRING), TW_DS_ENTRY("namespace", NULL, TW_STRING)),
                            TW_IT_ROW(TW_MAKE_STRING(value), TW_MAKE_STRING(space)));
    } else if (field) {
        params = twInfoTable_CreateFromString(field, (char *)value, TRUE);
    }
    code = callback(THING, service, params, &content, NULL);
    CHECK(content == NULL);
    twInfoTable_Delete(params);
    return code;
}

static void test_services(void) {
    void *library;
    const char **space;
    TW_MAKE_THING(THING, TW_THING_TEMPLATE_GENERIC);
    CHECK_INT(call("loadShapeLibrary", "libraryName", "libgood", NULL), TWX_SUCCESS);
    CHECK_INT(call("loadShapeLibrary", "libraryName", "libnone", NULL), TWX_NOT_FOUND);
    /* Crashed once (E19). */
    CHECK_INT(call("loadShapeLibrary", NULL, NULL, NULL), TWX_BAD_REQUEST);
    CHECK_INT(call("loadShapeLibrary", "otherField", "libgood", NULL), TWX_BAD_REQUEST);
    CHECK_INT(call("AddEdgeThingShape", NULL, NULL, NULL), TWX_BAD_REQUEST);
    CHECK_INT(call("AddEdgeThingShape", "shapeName", "None", NULL), TWX_NOT_FOUND);

    library = twExt_LoadExtensionLibrary("libgood");
    space = library ? dlsym(library, "last") : NULL;
    CHECK_INT(call("AddEdgeThingShape", "shapeName", "Loaded", NULL), TWX_SUCCESS);
    CHECK(space && *space == NULL);
    CHECK_INT(number(library, "made"), 1);
    CHECK_INT(call("AddEdgeThingShape", "shapeName", "Loaded", "left"), TWX_SUCCESS);
    CHECK_INT(number(library, "made"), 2);
    CHECK_INT(twExt_DoesThingImplementShape(THING, "Loaded"), TRUE);

    /* The application can keep the platform from loading code (E20), not itself. */
    twedge_platform_may_load_libraries(FALSE);
    CHECK_INT(call("loadShapeLibrary", "libraryName", "libgood", NULL), TWX_NOT_FOUND);
    CHECK(twExt_LoadExtensionLibrary("libgood") == library);
    twedge_platform_may_load_libraries(TRUE);
    CHECK_INT(call("loadShapeLibrary", "libraryName", "libgood", NULL), TWX_SUCCESS);
}

static int build_all(void) {
    char path[256];
    FILE *text;
    if (!mkdtemp(root) || mkdir(under_root("ext"), 0700) != 0 || mkdir(under_root("ext/sub"), 0700) != 0 ||
        mkdir(under_root("ext2"), 0700) != 0) {
        return -1;
    }
    text = fopen(under_root("ext/libtext.so"), "w");
    if (!text) {
        return -1;
    }
    fputs("no library\n", text);
    fclose(text);
    if (build("ext/libgood.so", "init_libgood", 0) != 0 || build("ext/sub/libinner.so", "init_libinner", 0) != 0 ||
        build("ext/libmac.dylib", "init_libmac", 0) != 0 || build("ext2/libbeside.so", "init_libbeside", 0) != 0 ||
        build("ext/libother.so", "init_another", 0) != 0 || build("ext/librefuses.so", "init_librefuses", 7) != 0) {
        return -1;
    }
    snprintf(path, sizeof(path), "%s/ext2/liblink.so", root);
    return build("ext2/liblink.so", "init_liblink", 0) != 0 ? -1 : symlink(path, under_root("ext/liblink.so"));
}

static int remove_all(void) {
    char command[256];
    snprintf(command, sizeof(command), "rm -r %s", root);
    return system(command);
}

int main(void) {
    if (build_all() != 0) {
        fprintf(stderr, "no compiler to build libraries with\n");
        return remove_all() == 0 ? 77 : 1;
    }
    CHECK_INT(twApi_Initialize("127.0.0.1", 65000, TW_URI, app_key, NULL, MESSAGE_CHUNK_SIZE, MESSAGE_CHUNK_SIZE, TRUE),
              TW_OK);
    test_directory();
    test_refused();
    test_services();
    CHECK_INT(twExt_Delete(), TW_OK);
    CHECK_INT(twApi_Delete(), TW_OK);
    CHECK_INT(remove_all(), 0);
    return check_result();
}
