/* A steam sensor as a thing: see SteamSensor.c. */
#ifndef STEAM_SENSOR_H
#define STEAM_SENSOR_H

/* Builds the thing and asks for it to be bound. Call after twApi_Initialize and before twApi_Connect.
 * Returns 0 or the code of the call that failed. */
int steam_sensor_create(char *thing_name);

/* Number of scans so far. */
unsigned long steam_sensor_scans(void);

#endif
