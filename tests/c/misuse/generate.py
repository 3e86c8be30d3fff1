#!/usr/bin/env python3
"""Writes a C program that calls every function of tier 1 wrongly: NULL for each pointer argument in turn, the others valid.

    generate.py TABLES EXPORTS > misuse.c

TABLES is the folder with functions.tsv (tests/abi), EXPORTS the list of names that the library has. The program makes all
calls three times: before twApi_Initialize, after it, and after twApi_Delete. It ends with a line that says how many calls it
made, and fails when a code differs from codes.tsv; run it under valgrind to see that nothing crashes or leaks.

codes.tsv: what a call must return, where the specification says so.
ownership.tsv: which arguments a function takes although one is NULL, and which results are not the caller's; everything
else is deleted by the program.
"""

import csv
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).parent

# Not called, and why.
LEFT_OUT = {
    "twTunnelManager_ThreadFunction": "an endless loop, as long as there is a manager",
    "twLog": "variadic; test_misuse.c calls it",
    "twExt_CreateThingFromTemplate": "variadic; test_misuse.c calls it",
    "twDataShape_CreateFromEntries": "variadic; test_misuse.c calls it",
    "twInfoTable_CreateRowFromEntries": "variadic; test_misuse.c calls it",
    "twInfoTable_CreateInfoTableFromRows": "variadic; test_misuse.c calls it",
}

# Arguments that are not set to NULL, and why.
KEPT = {
    ("twDirectory_IterateEntries", "dir"): "NULL starts a listing",
}

# A value for each type: expression, how to delete it.
VALUES = {
    "char *": ("a_text()", None),
    "void *": ("a_pointer()", None),
    "twPrimitive *": ("twPrimitive_CreateFromNumber(1.5)", "twPrimitive_Delete"),
    "twInfoTable *": ('twInfoTable_CreateFromNumber("column", 1.5)', "twInfoTable_Delete"),
    "twInfoTableRow *": ("twInfoTableRow_Create(twPrimitive_CreateFromNumber(1.5))", "twInfoTableRow_Delete"),
    "twDataShape *": ('twDataShape_Create(twDataShapeEntry_Create("column", NULL, TW_NUMBER))', "twDataShape_Delete"),
    "twDataShapeEntry *": ('twDataShapeEntry_Create("column", NULL, TW_NUMBER)', "twDataShapeEntry_Delete"),
    "twStream *": ("a_stream()", "twStream_Delete"),
    "twList *": ("a_list()", "twList_Delete"),
    "ListEntry *": ("an_entry()", None),
    "twMap *": ("twMap_Create(NULL, key_of)", "twMap_Delete"),
    "twDict *": ("twDict_Create(NULL, key_of)", "twDict_Delete"),
    "twThread *": ("twThread_Create(a_task, 1000, NULL, FALSE)", "twThread_Delete"),
    "twLocation *": ("a_place()", None),
    "pthread_mutex_t *": ("twMutex_Create()", "twMutex_Delete"),
    "cJSON *": ('cJSON_Parse("{\\"column\\":1.5}")', "cJSON_Delete"),
    "twFile *": ("twFile_Create()", "twFile_Delete"),
    "twFileTransferInfo *": ("calloc(1, sizeof(twFileTransferInfo))", "twFileTransferInfo_Delete"),
    "DIR *": ("NULL", None),
    "twPasswdCallbackFunction": ("a_password", None),
    "eventcb": ("an_event", None),
    "bindEvent_cb": ("a_bind", None),
    "authEvent_cb": ("an_authentication", None),
    "synchronizeEvent_cb": ("a_synchronization", None),
    "init_cb_t": ("an_init", None),
    "genericRequest_cb": ("a_request", None),
    "property_cb": ("a_property", None),
    "service_cb": ("a_service", None),
    "response_cb": ("a_response", None),
    "twTaskFunction": ("a_task", None),
    "twOnPolled": ("a_poll", None),
    "tunnel_cb": ("a_tunnel", None),
    "file_cb": ("a_file", None),
    "del_func": ("a_delete", None),
    "map_del_func": ("a_delete", None),
    "dict_del_func": ("a_delete", None),
    "parse_func": ("key_of", None),
    "map_key_parse_func": ("key_of", None),
    "dict_key_parse_func": ("key_of", None),
    "twForEachHander": ("a_visit", None),
    "twMap_foreach_fn": ("a_visit", None),
    "twDict_foreach_fn": ("a_visit", None),
    "log_function": ("a_log", None),
    "PropertyChangeListenerFunction": ("a_change", None),
    "shapeHandlerFunction": ("a_shape", None),
    "templateHandlerFunction": ("a_shape", None),
}
# Pointers to something that the function fills in: type of the variable, its first value, how to delete it.
RESULTS = {
    "char **": ("char *", "NULL", "free"),
    "void **": ("void *", "NULL", None),
    "twPrimitive **": ("twPrimitive *", "NULL", "twPrimitive_Delete"),
    "twInfoTable **": ("twInfoTable *", "NULL", "twInfoTable_Delete"),
    "twList **": ("twList *", "NULL", "twList_Delete"),
    "double *": ("double", "0", None),
    "int32_t *": ("int32_t", "0", None),
    "uint32_t *": ("uint32_t", "0", None),
    "uint64_t *": ("uint64_t", "0", None),
    "DATETIME *": ("DATETIME", "0", None),
    "int *": ("int", "0", None),
}
# By name, where one of the type would not do.
NAMED = {
    ("concatenateStrings", "dest"): ("char *", 'duplicateString("text")', "free"),
    ("concatenateStringsN", "dest"): ("char *", 'duplicateString("text")', "free"),
}
SCALARS = {
    "char": "TRUE",
    "double": "1.5",
    "DATETIME": "1000",
    "enum entityTypeEnum": "TW_THING",
    "enum characteristicEnum": "TW_SERVICES",
    "enum BaseType": "TW_STRING",
    "enum LogLevel": "TW_ERROR",
    "enum msgCodeEnum": "TWX_SUCCESS",
    "enum twThreadingModel": "TW_THREADING_SINGLE",
}
# Nothing may wait or connect.
SCALARS_NAMED = {
    "forceConnect": "FALSE", "autoStart": "FALSE", "timeout": "1", "row": "0", "index": "0", "length": "3", "push": "FALSE",
    "pushUpdate": "FALSE", "messageChunkSize": "8192", "frameSize": "8192", "asynch": "TRUE", "blobLength": "3", "count": "3",
    "maxlen": "100",
}
DELETE_RESULT = {
    "twPrimitive *": "twPrimitive_Delete", "twInfoTable *": "twInfoTable_Delete", "char *": "free", "twList *": "twList_Delete",
    "twStream *": "twStream_Delete", "twInfoTableRow *": "twInfoTableRow_Delete", "twProperty *": "twProperty_Delete",
    "twDataShape *": "twDataShape_Delete", "cJSON *": "cJSON_Delete", "twMap *": "twMap_Delete", "twDict *": "twDict_Delete",
    "twDataShapeEntry *": "twDataShapeEntry_Delete", "twDataShapeAspect *": "twDataShapeAspect_Delete",
    "twThread *": "twThread_Delete", "twServiceDef *": "twServiceDef_Delete", "twPropertyDef *": "twPropertyDef_Delete",
    "twConnectionInfo *": "twConnectionInfo_Delete", "twFile *": "twFile_Delete", "FILE *": "close_file",
    "DIR *": "close_directory", "twFileTransferInfo *": "twFileTransferInfo_Delete",
}


def plain(kind):
    """A type without const and struct, so that the tables above find it."""
    kind = re.sub(r"\b(const|struct)\b\s*", "", kind).strip()
    return re.sub(r"\s*(\*+)$", r" \1", kind)


def read_table(name):
    with open(HERE / name, encoding="utf-8") as file:
        rows = [line.rstrip("\n").split("\t") for line in file if line.strip() and not line.startswith("#")]
    return rows


def parameters(text):
    """(type, name) of each parameter."""
    if text in ("", "void"):
        return []
    found = []
    for part in text.split(";"):
        if part == "...":
            found.append(("...", ""))
            continue
        match = re.fullmatch(r"(.*?)(\w+)", part)
        found.append((match[1].strip(), match[2]))
    return found


def is_pointer(kind):
    return kind.endswith("*") or kind in VALUES


class Case:
    """One call: the function, the argument that is NULL."""

    def __init__(self, function, result, params, null, ownership):
        self.function, self.result, self.params, self.null = function, result, params, null
        self.ownership = ownership
        self.name = f"{function}__{null}"

    def taken(self, param):
        exactly = self.ownership.get((self.function, f"{param}@{self.null}"))
        return exactly or self.ownership.get((self.function, param), "never")

    def argument(self, number, kind, name):
        """(declarations, expression, clean-up)"""
        variable = f"v{number}"
        if name == self.null:
            return [], "NULL", []
        if (self.function, name) in NAMED or kind in RESULTS:
            of, first, delete = NAMED.get((self.function, name)) or RESULTS[kind]
            clean = [f"{delete}({variable});"] if delete and self.taken(name) != "internal" else []
            return [f"{of} {variable} = {first};"], f"&{variable}", clean
        if kind in VALUES:
            value, delete = VALUES[kind]
            if not delete:
                return [], value, []
            clean = f"{delete}({variable});"
            when = self.taken(name)
            if when == "always":
                return [f"{kind} {variable} = {value};"], variable, []
            if when == "ok":
                clean = f"if (result {'==' if '*' in self.result else '!='} 0) {clean}"
            elif when.startswith("codes "):
                clean = "if (" + " && ".join(f"result != {code}" for code in when[6:].split(",")) + f") {clean}"
            return [f"{kind} {variable} = {value};"], variable, [clean]
        if kind.endswith("*"):
            raise SystemExit(f"{self.function}: no value for {kind} {name}")
        return [], SCALARS_NAMED.get(name) or SCALARS.get(kind) or "3", []

    def text(self, codes):
        declarations, arguments, cleaning = [], [], []
        for number, (kind, name) in enumerate(self.params):
            declared, argument, clean = self.argument(number, plain(kind), name)
            declarations += declared
            arguments.append(argument)
            cleaning += clean
        call = f"{self.function}({', '.join(arguments)})"
        lines = [f"static void {self.name}(void) {{"] + declarations
        delete = DELETE_RESULT.get(plain(self.result))
        if self.result == "void":
            lines.append(f"{call};")
        else:
            lines.append(f"{self.result} result = {call};")
            for phase, code in codes:
                value = f"(long long)(intptr_t)result" if is_pointer(plain(self.result)) else "(long long)result"
                lines.append(f'if ({phase}) expect({value}, {code}, "{self.function}", "{self.null}");')
            if delete and self.taken("return") != "internal":
                lines.append(f"{delete}({'(void *)' if 'const' in self.result else ''}result);")
            else:
                lines.append("(void)result;")
        return "\n    ".join(lines + cleaning) + "\n}\n"


def codes_for(rows, function, null):
    """(condition, code) that the table gives for a call; a row of the argument itself goes before one with *."""
    found = {}
    for name, argument, phase, code, _cited in rows:
        if re.fullmatch(name, function) and argument in ("*", null):
            for one in ("api", "no_api") if phase == "any" else (phase,):
                if argument == null or one not in found:
                    found[one] = code
    return [("has_api" if phase == "api" else "!has_api", code) for phase, code in found.items()]


def main():
    tables, exports = pathlib.Path(sys.argv[1]), set(pathlib.Path(sys.argv[2]).read_text().split())
    codes = read_table("codes.tsv")
    ownership = {(row[0], row[1]): row[2] for row in read_table("ownership.tsv")}
    cases, left_out = [], []
    with open(tables / "functions.tsv", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            function = row["name"]
            if row["tier"] != "1":
                continue
            if function in LEFT_OUT:
                left_out.append(f"{function}: {LEFT_OUT[function]}")
                continue
            if function not in exports:
                left_out.append(f"{function}: not in the library")
                continue
            params = parameters(row["params"])
            for kind, name in params:
                if is_pointer(plain(kind)) and (function, name) not in KEPT:
                    cases.append(Case(function, row["return_type"], params, name, ownership))
    used = {case.function for case in cases}
    unused = [row[0] for row in codes if not any(re.fullmatch(row[0], name) for name in used | set(LEFT_OUT))]
    unused = [name for name in unused if name in exports]
    if unused:
        raise SystemExit(f"codes.tsv names functions that are not called: {unused}")
    print((HERE / "prelude.h").read_text())
    for line in left_out:
        print(f"/* Left out: {line} */")
    for case in cases:
        print(case.text(codes_for(codes, case.function, case.null)))
    print("static const struct { const char *name; void (*run)(void); } cases[] = {")
    for case in cases:
        print(f'    {{"{case.function}({case.null} = NULL)", {case.name}}},')
    print("};\n")
    print("static void run_all(void) {")
    print("    size_t i;")
    print("    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) { begin(cases[i].name); cases[i].run(); end(); }")
    print("}\n")
    print("int main(void) { return run_phases(run_all); }")


main()
