/* twMacros.h: macros that declare things, shapes, properties, services and values.
 *
 * Included after twExt.h; it includes nothing itself. The identifiers that begin with _tw_ belong to the interface:
 * a declaring macro (TW_MAKE_THING, TW_DECLARE_SHAPE, TW_DECLARE_TEMPLATE) introduces them into its scope, the
 * registering macros below read them, and so may applications. */
#ifndef TW_C_SDK_TWMACROS_H
#define TW_C_SDK_TWMACROS_H

/* The same tokens as in twConstants.h, so that both headers may be included. */
#define TW_THING_TEMPLATE_GENERIC "GenericEdgeThingTemplate"
#define TW_THING_TEMPLATE_EMPTY "EmptyTemplate"

/* Ends the arguments of a builder that is called without a macro. */
#define VAR_ARG_END NULL

#define TW_UNUSED_VARIABLE(x) ((void)(x))

/* --- Declaring: declarations and statements, once per block. --- */

/* Makes a thing of a template and of the shapes that follow. Declares char *_tw_thing_name and
 * const char *_tw_thing_namespace (NULL). The caller writes the semicolon. */
#define TW_MAKE_THING(thingName, ...)                                                                                  \
    char *_tw_thing_name = (char *)(thingName);                                                                        \
    const char *_tw_thing_namespace = NULL;                                                                            \
    TW_UNUSED_VARIABLE(_tw_thing_namespace);                                                                           \
    twExt_CreateThingFromTemplate(_tw_thing_name, __VA_ARGS__, NULL)

/* Opens the section of a shape. Declares const char *_tw_thing_name, *_tw_thing_namespace and *_tw_shape_name. */
#define TW_DECLARE_SHAPE(aThingName, shapeName, thing_namespace)                                                       \
    const char *_tw_thing_name = aThingName;                                                                           \
    const char *_tw_thing_namespace = thing_namespace;                                                                 \
    const char *_tw_shape_name = shapeName;                                                                            \
    TW_UNUSED_VARIABLE(_tw_thing_name);                                                                                \
    TW_UNUSED_VARIABLE(_tw_thing_namespace);                                                                           \
    TW_UNUSED_VARIABLE(_tw_shape_name);
#define TW_SHAPE(aThingName, shapeName, thing_namespace) TW_DECLARE_SHAPE(aThingName, shapeName, thing_namespace)

/* Opens the section of a template and makes the thing inherit from another one. Declares const char *_tw_thing_name,
 * *_tw_thing_namespace (NULL) and *_tw_template_name. */
#define TW_DECLARE_TEMPLATE(aThingName, templateName, inheritsTemplate)                                                \
    const char *_tw_thing_name = aThingName;                                                                           \
    const char *_tw_thing_namespace = NULL;                                                                            \
    const char *_tw_template_name = templateName;                                                                      \
    TW_UNUSED_VARIABLE(_tw_thing_namespace);                                                                           \
    TW_UNUSED_VARIABLE(_tw_template_name);                                                                             \
    twExt_InheritFromTemplate(_tw_thing_name, inheritsTemplate);
#define TW_TEMPLATE(aThingName, templateName, inheritsTemplate)                                                        \
    TW_DECLARE_TEMPLATE(aThingName, templateName, inheritsTemplate)

/* --- Registering: need _tw_thing_name, properties and services also _tw_thing_namespace. Yield an error code. --- */

/* A property that the SDK stores, pushed on every change. */
#define TW_PROPERTY(propertyName, description, type)                                                                   \
    twExt_RegisterStandardProperty(_tw_thing_name, (propertyName), _tw_thing_namespace, (type), (description),         \
                                   (char *)"ALWAYS", 0)
#define TW_PROPERTY_LONG(propertyName, description, type, pushType, threshold)                                         \
    twExt_RegisterStandardProperty(_tw_thing_name, (propertyName), _tw_thing_namespace, (type), (description),         \
                                   (char *)(pushType), (threshold))

/* Aspects of a property; the value is copied. */
#define TW_ADD_NUMBER_ASPECT(propertyName, aspectName, valuedouble)                                                    \
    twApi_AddAspectToProperty(_tw_thing_name, (propertyName), (aspectName), twPrimitive_CreateFromNumber(valuedouble))
#define TW_ADD_BOOLEAN_ASPECT(propertyName, aspectName, valuebool)                                                     \
    twApi_AddAspectToProperty(_tw_thing_name, (propertyName), (aspectName), twPrimitive_CreateFromBoolean(valuebool))
#define TW_ADD_STRING_ASPECT(propertyName, aspectName, valuestring)                                                    \
    twApi_AddAspectToProperty(_tw_thing_name, (propertyName), (aspectName),                                            \
                              twPrimitive_CreateFromString((valuestring), TRUE))

/* A service with its handler. */
#define TW_DECLARE_SERVICE(serviceName, description, inputShape, outputType, outputShape, serviceHandler)              \
    twExt_RegisterNamespacedService(_tw_thing_name, (serviceName), _tw_thing_namespace, (description), (inputShape),   \
                                    (outputType), (outputShape), (serviceHandler), NULL)
#define TW_SERVICE(serviceName, description, inputShape, outputType, outputShape, serviceHandler)                      \
    TW_DECLARE_SERVICE(serviceName, description, inputShape, outputType, outputShape, serviceHandler)

/* An event and the shape of its data. The longer name brings its own semicolon. */
#define TW_EVENT(eventName, eventDescription, eventDataShape)                                                          \
    twApi_RegisterEvent(TW_THING, (char *)_tw_thing_name, (char *)(eventName), (char *)(eventDescription),             \
                        (eventDataShape))
#define TW_DECLARE_EVENT(eventName, eventDescription, eventDataShape)                                                  \
    TW_EVENT(eventName, eventDescription, eventDataShape);

/* File transfer: starts the file manager; shares a real directory with the platform under an alias. */
#define TW_ADD_FILE_TRANSFER_SHAPE() twFileManager_Create()
#define TW_SHARE_DIRECTORY(alias, path) twFileManager_AddVirtualDir(_tw_thing_name, (char *)(alias), (char *)(path))

/* Binds the thing. Brings its own semicolon. Without parentheses TW_BIND is the message type. */
#define TW_BIND() twApi_BindThing((char *)_tw_thing_name);

/* --- Values of properties. --- */

#define TW_SET_PROPERTY(thingName, propertyName, value)                                                                \
    twExt_SetPropertyValue((thingName), (propertyName), (value), 0, 0)
/* The same, and the value is deleted: for TW_MAKE_... in the call. TW_SET_PROPERTY leaves it with the caller. */
#define TW_SET_PROPERTY_AND_DELETE(thingName, propertyName, value)                                                     \
    twedge_set_property_and_delete((thingName), (propertyName), (value), 0, 0)
/* The live value: TW_GET_PROPERTY(thing, property).number and so on can be read and assigned. */
#define TW_GET_PROPERTY(thingName, propertyName) (twExt_GetPropertyValue((thingName), (char *)(propertyName))->val)
#define TW_GET_PROPERTY_TYPE(thingName, propertyName)                                                                  \
    (twExt_GetPropertyValue((thingName), (char *)(propertyName))->type)
#define TW_GET_STRING_PROPERTY(thingName, propertyName)                                                                \
    (twExt_GetPropertyValue((thingName), (char *)(propertyName))->val.bytes.data)

/* Sends the queued changes of a thing. Brings its own semicolon. */
#define TW_PUSH_PROPERTIES_FOR(thingName, force) twApi_PushSubscribedProperties((char *)(thingName), (force));
/* The name in the public help. */
#define TW_PUSH_PROPERTIES(thingName, force) TW_PUSH_PROPERTIES_FOR(thingName, force)

/* Fires an event with the default time-out, connecting first if need be. */
#define TW_FIRE_EVENT(thingName, eventName, eventInfoTable)                                                            \
    twApi_FireEvent(TW_THING, (char *)(thingName), (char *)(eventName), (eventInfoTable), -1, TRUE)

/* --- Parameters of a service: the field that is called as the variable, from row 0. Bring their own semicolon. --- */

/* Into a char *variable; the application frees the copy. */
#define TW_GET_STRING_PARAM(params, paramName) twInfoTable_GetString((params), #paramName, 0, &paramName);
/* Into a double variable. */
#define TW_GET_NUMBER_PARAM(params, paramName) twInfoTable_GetNumber((params), #paramName, 0, &paramName);

/* --- Making values, shapes, rows and tables. --- */

/* No parentheses around the argument: the cast is to bind to its first operand, so that 1/2 is 0.5. */
#define TW_MAKE_NUMBER(numberValue) twPrimitive_CreateFromNumber((double)numberValue)
#define TW_MAKE_INT(intValue) twPrimitive_CreateFromInteger(intValue)
#define TW_MAKE_STRING(stringValue) twPrimitive_CreateFromString((const char *)(stringValue), TRUE)
#define TW_MAKE_BOOL(boolValue) twPrimitive_CreateFromBoolean(boolValue)
#define TW_MAKE_DATETIME(timestamp) twPrimitive_CreateFromDatetime(timestamp)
#define TW_MAKE_DATETIME_NOW twPrimitive_CreateFromDatetime(twGetSystemTime(TRUE))
#define TW_MAKE_LOC(latitude, longitude, elevation)                                                                    \
    twPrimitive_CreateFromLocationAndDelete(twCreateLocationFrom((latitude), (longitude), (elevation)))
#define TW_MAKE_EMPTY twPrimitive_Create()

#define TW_DECLARE_DS_ENTRY(fieldName, description, type) twDataShapeEntry_Create((fieldName), (description), (type))
#define TW_DS_ENTRY(fieldName, description, type) TW_DECLARE_DS_ENTRY(fieldName, description, type)
#define TW_MAKE_DATASHAPE(shapeName, ...) twDataShape_CreateFromEntries((char *)(shapeName), __VA_ARGS__, NULL)

/* The first argument is among the variable ones, so that one alone, or a shape without rows, is strictly conforming. */
#define TW_DECLARE_IT_ROW(...) twInfoTable_CreateRowFromEntries(__VA_ARGS__, NULL)
#define TW_IT_ROW(...) TW_DECLARE_IT_ROW(__VA_ARGS__)
#define TW_MAKE_INFOTABLE(...) twInfoTable_CreateInfoTableFromRows(__VA_ARGS__, NULL)
#define TW_MAKE_IT(...) TW_MAKE_INFOTABLE(__VA_ARGS__)

#endif /* TW_C_SDK_TWMACROS_H */
