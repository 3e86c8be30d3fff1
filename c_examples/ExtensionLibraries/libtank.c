/*
 * A template library: things of the template "Tank" have a level and keep a journal of what was filled in, a table that
 * grows in place. The library also has a shape, "Label". Loading calls init_libtank.
 */
#include "twBaseTypes.h"
#include "twExt.h"
#include "twMacros.h"

#include <stdlib.h>

#define TEMPLATE "Tank"
#define SHAPE "Label"
#define JOURNAL_ROWS 100

static twDataShape *journal_shape(void) {
	return TW_MAKE_DATASHAPE("TankJournal", TW_DS_ENTRY("time", TW_NO_DESCRIPTION, TW_DATETIME),
	                         TW_DS_ENTRY("amount", TW_NO_DESCRIPTION, TW_NUMBER));
}

/* The value that the SDK keeps is a table of ours to edit: the row is seen by the next read. */
static int note(const char *thing, double amount) {
	twInfoTable *journal;
	twInfoTableRow *row;
	if (TW_GET_PROPERTY_TYPE(thing, "Journal") != TW_INFOTABLE) {
		twInfoTable *empty = TW_MAKE_IT(journal_shape());
		int code = TW_SET_PROPERTY_AND_DELETE(thing, "Journal", twPrimitive_CreateFromInfoTable(empty));
		twInfoTable_Delete(empty);
		if (code != TW_OK) return code;
	}
	journal = TW_GET_PROPERTY(thing, "Journal").infotable;
	if (!journal || twList_GetCount(journal->rows) >= JOURNAL_ROWS) return TW_OK;
	row = TW_IT_ROW(TW_MAKE_DATETIME_NOW, TW_MAKE_NUMBER(amount));
	return row ? twInfoTable_AddRow(journal, row) : TW_UNKNOWN_ERROR;
}

static enum msgCodeEnum fill(const char *thing, const char *service, twInfoTable *params, twInfoTable **content,
                             void *userdata) {
	double amount = 0.0, level;
	(void)service; (void)userdata;
	if (TW_OK != twInfoTable_GetNumber(params, "amount", 0, &amount)) return TWX_BAD_REQUEST;
	level = TW_GET_PROPERTY(thing, "Level").number + amount;
	if (TW_OK != TW_SET_PROPERTY_AND_DELETE(thing, "Level", TW_MAKE_NUMBER(level))) return TWX_INTERNAL_SERVER_ERROR;
	if (TW_OK != note(thing, amount)) TW_LOG(TW_WARN, "%s: the journal has no memory", thing);
	*content = twInfoTable_CreateFromNumber("result", level);
	return *content ? TWX_SUCCESS : TWX_INTERNAL_SERVER_ERROR;
}

static enum msgCodeEnum get_journal(const char *thing, const char *service, twInfoTable *params, twInfoTable **content,
                                    void *userdata) {
	(void)service; (void)params; (void)userdata;
	if (TW_GET_PROPERTY_TYPE(thing, "Journal") == TW_INFOTABLE)
		*content = twInfoTable_FullCopy(TW_GET_PROPERTY(thing, "Journal").infotable);
	else
		*content = TW_MAKE_IT(journal_shape());
	return *content ? TWX_SUCCESS : TWX_INTERNAL_SERVER_ERROR;
}

/* Pushes what the services have set since the last scan. */
static void push(char *thing) {
	TW_PUSH_PROPERTIES_FOR(thing, TW_PUSH_CONNECT_LATER);
}

static void construct_tank(const char *thing, const char *thing_namespace) {
	(void)thing_namespace;
	TW_DECLARE_TEMPLATE(thing, TEMPLATE, TW_THING_TEMPLATE_GENERIC);
	TW_PROPERTY("Level", "Litres in the tank", TW_NUMBER);
	TW_ADD_NUMBER_ASPECT("Level", TW_ASPECT_DEFAULT_VALUE, 0.0);
	TW_PROPERTY_LONG("Journal", "What was filled in", TW_INFOTABLE, TW_PUSH_TYPE_NEVER, TW_PUSH_THRESHOLD_NONE);
	TW_SERVICE("Fill", "Adds an amount and returns the level", TW_MAKE_DATASHAPE(TW_NO_SHAPE_NAME,
	           TW_DS_ENTRY("amount", "Litres", TW_NUMBER)), TW_NUMBER, TW_NO_RETURN_DATASHAPE, fill);
	TW_SERVICE("GetJournal", "What was filled in", TW_NO_PARAMETERS, TW_INFOTABLE, journal_shape(), get_journal);
}

/* The label of a thing: its Title with what the service adds to it. */
static enum msgCodeEnum get_label(const char *thing, const char *service, twInfoTable *params, twInfoTable **content,
                                  void *userdata) {
	char *label = NULL, *suffix = NULL;
	(void)service; (void)userdata;
	TW_GET_STRING_PARAM(params, suffix);
	/* A property that was never set is a NULL text, which adds nothing. */
	label = duplicateString(thing);
	concatenateStrings(&label, TW_GET_STRING_PROPERTY(thing, "Title"));
	concatenateStrings(&label, suffix);
	*content = twInfoTable_CreateFromString("result", label, TRUE);
	free(label);
	free(suffix);
	return *content ? TWX_SUCCESS : TWX_INTERNAL_SERVER_ERROR;
}

static void construct_label(const char *thing, const char *thing_namespace) {
	TW_DECLARE_SHAPE(thing, SHAPE, thing_namespace);
	TW_PROPERTY("Title", "Written on the tank", TW_STRING);
	TW_SERVICE("GetLabel", "Name, title and suffix", TW_MAKE_DATASHAPE(TW_NO_SHAPE_NAME,
	           TW_DS_ENTRY("suffix", TW_NO_DESCRIPTION, TW_STRING)), TW_STRING, TW_NO_RETURN_DATASHAPE, get_label);
}

int init_libtank(void);

int init_libtank(void) {
	twExt_RegisterTemplate(TEMPLATE, construct_tank);
	twExt_RegisterShape(SHAPE, construct_label);
	twExt_RemovePolledFunction(push);
	twExt_RegisterPolledTemplateFunction(push, TEMPLATE);
	TW_LOG(TW_INFO, "libtank: the template " TEMPLATE " and the shape " SHAPE " are there");
	return 0;
}
