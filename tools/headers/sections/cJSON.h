//@ guard cJSON__h
//@ source cjson
//@ about JSON tree, layout of the cJSON library; gives way to the real header, whose guard it shares
//@ prototyped *
//@ declarations
#define cJSON_AddNullToObject(object, name) cJSON_AddItemToObject(object, name, cJSON_CreateNull())
#define cJSON_AddTrueToObject(object, name) cJSON_AddItemToObject(object, name, cJSON_CreateTrue())
#define cJSON_AddFalseToObject(object, name) cJSON_AddItemToObject(object, name, cJSON_CreateFalse())
#define cJSON_AddBoolToObject(object, name, b) cJSON_AddItemToObject(object, name, cJSON_CreateBool(b))
#define cJSON_AddNumberToObject(object, name, n) cJSON_AddItemToObject(object, name, cJSON_CreateNumber(n))
#define cJSON_AddStringToObject(object, name, s) cJSON_AddItemToObject(object, name, cJSON_CreateString(s))
/** Sets both forms of a number; yields the value. */
#define cJSON_SetIntValue(object, val) ((object) ? ((object)->valueint = (int)((object)->valuedouble = (val))) : (int)(val))
