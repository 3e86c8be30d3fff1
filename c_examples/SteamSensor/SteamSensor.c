/*
 * The device: a boiler with a steam line. It measures pressure, temperature and flow, raises an event when the
 * temperature passes a limit that the platform may change, and offers three services.
 */
#include "twExt.h"
#include "twMacros.h"

#include "SteamSensor.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define MODEL "SS-200"
#define SHAPE_READING "SteamSensorReading"
#define SHAPE_FAULT "SteamSensorFault"

static unsigned long scans;
static double total_flow;

unsigned long steam_sensor_scans(void) {
	return scans;
}

/* TW_SET_PROPERTY leaves the value with the caller, so each set is followed by a delete. */
static void set_and_free(char *thing, char *name, twPrimitive *value) {
	if (!value) return;
	if (TW_OK != TW_SET_PROPERTY(thing, name, value)) TW_LOG(TW_WARN, "%s: could not set %s", thing, name);
	twPrimitive_Delete(value);
}

/* What a real driver would read from its converters. */
static double measure(double middle, double swing, double period) {
	return middle + swing * sin(6.2831853 * (double)scans / period);
}

static void fire_fault(char *thing, double temperature, double limit) {
	char text[120];
	twInfoTable *data;
	snprintf(text, sizeof(text), "temperature %.1f is above the limit of %.1f", temperature, limit);
	data = TW_MAKE_IT(TW_MAKE_DATASHAPE(SHAPE_FAULT, TW_DS_ENTRY("message", TW_NO_DESCRIPTION, TW_STRING),
	                                    TW_DS_ENTRY("temperature", TW_NO_DESCRIPTION, TW_NUMBER)),
	                  TW_IT_ROW(TW_MAKE_STRING(text), TW_MAKE_NUMBER(temperature)));
	if (TW_OK != TW_FIRE_EVENT(thing, "SteamSensorFault", data)) TW_LOG(TW_WARN, "%s: fault event not delivered", thing);
	twInfoTable_Delete(data);
}

/* Called at the data collection rate for every thing of the template below. */
static void scan(char *thing) {
	double temperature, limit;
	char was_faulty, is_faulty;

	scans++;
	temperature = measure(200.0, 25.0, 12.0);
	total_flow += measure(1.5, 0.5, 7.0);
	set_and_free(thing, "Temperature", TW_MAKE_NUMBER(temperature));
	set_and_free(thing, "Pressure", TW_MAKE_NUMBER(measure(18.0, 2.0, 9.0)));
	set_and_free(thing, "TotalFlow", TW_MAKE_NUMBER(total_flow));
	set_and_free(thing, "Location", TW_MAKE_LOC(49.4875, 8.466, 97.0));

	limit = TW_GET_PROPERTY(thing, "TemperatureLimit").number;
	was_faulty = TW_GET_PROPERTY(thing, "FaultStatus").boolean;
	is_faulty = temperature > limit;
	if (is_faulty != was_faulty) set_and_free(thing, "FaultStatus", TW_MAKE_BOOL(is_faulty));
	if (is_faulty && !was_faulty) fire_fault(thing, temperature, limit);

	/* One message for everything set above. Offline it waits in the queue. */
	TW_PUSH_PROPERTIES_FOR(thing, TW_PUSH_CONNECT_LATER);
}

static enum msgCodeEnum add_numbers(const char *thing, const char *service, twInfoTable *params, twInfoTable **content,
                                    void *userdata) {
	double a = 0.0, b = 0.0;
	(void)thing; (void)service; (void)userdata;
	if (!params) return TWX_BAD_REQUEST;
	if (TW_OK != twInfoTable_GetNumber(params, "a", 0, &a)) return TWX_BAD_REQUEST;
	if (TW_OK != twInfoTable_GetNumber(params, "b", 0, &b)) return TWX_BAD_REQUEST;
	*content = twInfoTable_CreateFromNumber("result", a + b);
	return *content ? TWX_SUCCESS : TWX_INTERNAL_SERVER_ERROR;
}

static enum msgCodeEnum reset_flow(const char *thing, const char *service, twInfoTable *params, twInfoTable **content,
                                   void *userdata) {
	(void)thing; (void)service; (void)params; (void)content; (void)userdata;
	total_flow = 0.0;
	return TWX_SUCCESS;
}

static enum msgCodeEnum get_readings(const char *thing, const char *service, twInfoTable *params, twInfoTable **content,
                                     void *userdata) {
	char *name = (char *)thing;
	(void)service; (void)params; (void)userdata;
	*content = TW_MAKE_IT(
		TW_MAKE_DATASHAPE(SHAPE_READING, TW_DS_ENTRY("time", TW_NO_DESCRIPTION, TW_DATETIME),
		                  TW_DS_ENTRY("sensor", TW_NO_DESCRIPTION, TW_STRING),
		                  TW_DS_ENTRY("temperature", TW_NO_DESCRIPTION, TW_NUMBER),
		                  TW_DS_ENTRY("faulty", TW_NO_DESCRIPTION, TW_BOOLEAN)),
		TW_IT_ROW(TW_MAKE_DATETIME_NOW, TW_MAKE_STRING(MODEL " inlet"),
		          TW_MAKE_NUMBER(TW_GET_PROPERTY(name, "Temperature").number),
		          TW_MAKE_BOOL(TW_GET_PROPERTY(name, "FaultStatus").boolean)),
		TW_IT_ROW(TW_MAKE_DATETIME_NOW, TW_MAKE_STRING(MODEL " outlet"), TW_MAKE_EMPTY, TW_MAKE_BOOL(FALSE)));
	return *content ? TWX_SUCCESS : TWX_INTERNAL_SERVER_ERROR;
}

int steam_sensor_create(char *thing_name) {
	int code;
	twPrimitive *limit;

	TW_MAKE_THING(thing_name, TW_THING_TEMPLATE_GENERIC);

	TW_PROPERTY("Temperature", "Steam temperature in degrees Celsius", TW_NUMBER);
	TW_ADD_BOOLEAN_ASPECT("Temperature", TW_ASPECT_ISREADONLY, TRUE);
	TW_ADD_BOOLEAN_ASPECT("Temperature", TW_ASPECT_ISLOGGED, TRUE);
	TW_PROPERTY("Pressure", "Steam pressure in bar", TW_NUMBER);
	TW_ADD_BOOLEAN_ASPECT("Pressure", TW_ASPECT_ISREADONLY, TRUE);
	TW_PROPERTY("TotalFlow", "Steam delivered since the last reset in tonnes", TW_NUMBER);
	TW_ADD_BOOLEAN_ASPECT("TotalFlow", TW_ASPECT_ISPERSISTENT, TRUE);
	TW_PROPERTY("TemperatureLimit", "A fault is raised above this temperature", TW_NUMBER);
	TW_ADD_NUMBER_ASPECT("TemperatureLimit", TW_ASPECT_DEFAULT_VALUE, 215.0);
	TW_PROPERTY_LONG("FaultStatus", "TRUE while above the limit", TW_BOOLEAN, TW_PUSH_TYPE_VALUE, TW_PUSH_THRESHOLD_NONE);
	TW_PROPERTY_LONG("Location", "Where the boiler stands", TW_LOCATION, TW_PUSH_TYPE_VALUE, TW_PUSH_THRESHOLD_NONE);
	TW_PROPERTY_LONG("Model", "Type of the sensor", TW_STRING, TW_PUSH_TYPE_VALUE, TW_PUSH_THRESHOLD_NONE);

	TW_EVENT("SteamSensorFault", "The temperature has passed its limit",
	         TW_MAKE_DATASHAPE(SHAPE_FAULT, TW_DS_ENTRY("message", TW_NO_DESCRIPTION, TW_STRING),
	                           TW_DS_ENTRY("temperature", TW_NO_DESCRIPTION, TW_NUMBER)));

	TW_SERVICE("AddNumbers", "Adds two numbers",
	           TW_MAKE_DATASHAPE(TW_NO_SHAPE_NAME, TW_DS_ENTRY("a", TW_NO_DESCRIPTION, TW_NUMBER),
	                             TW_DS_ENTRY("b", TW_NO_DESCRIPTION, TW_NUMBER)),
	           TW_NUMBER, TW_NO_RETURN_DATASHAPE, add_numbers);
	TW_SERVICE("ResetTotalFlow", "Sets the flow counter to zero", TW_NO_PARAMETERS, TW_NOTHING, TW_NO_RETURN_DATASHAPE,
	           reset_flow);
	TW_SERVICE("GetReadings", "The latest reading of each channel", TW_NO_PARAMETERS, TW_INFOTABLE,
	           TW_MAKE_DATASHAPE(SHAPE_READING, TW_DS_ENTRY("time", TW_NO_DESCRIPTION, TW_DATETIME),
	                             TW_DS_ENTRY("sensor", TW_NO_DESCRIPTION, TW_STRING),
	                             TW_DS_ENTRY("temperature", TW_NO_DESCRIPTION, TW_NUMBER),
	                             TW_DS_ENTRY("faulty", TW_NO_DESCRIPTION, TW_BOOLEAN)),
	           get_readings);

	twExt_RegisterPolledTemplateFunction(scan, TW_THING_TEMPLATE_GENERIC);

	limit = TW_MAKE_NUMBER(215.0);
	set_and_free(thing_name, "TemperatureLimit", limit);
	set_and_free(thing_name, "Model", TW_MAKE_STRING(MODEL));

	code = TW_BIND();
	return code;
}
