#!/usr/bin/env python3
"""The program of c_examples/ExtensionLibraries and its two libraries against the local platform.

usage: extension_libraries.py PLATFORM PROGRAM

PLATFORM is the twedge-platform binary, PROGRAM the example; the libraries are in the folder `extensions` beside it.
Exit status 0 when every check holds.
"""

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request

KEY = "twedge-demo-key"
THING = "Tank1"
PATIENCE = 60  # seconds for what needs other processes to get their turn

passed = []
failures = []


def hold(what):
    passed.append(what)
    print("ok    ", what)


def fail(what):
    failures.append(what)
    print("FAILED", what)


def check(what, found, expected):
    if found == expected:
        hold(what)
    else:
        fail(f"{what}: is {found!r}, should be {expected!r}")


def at_least(value, least):
    """Whether a property has a number that is no smaller; it is a text as long as the platform does not know the thing."""
    return isinstance(value, (int, float)) and value >= least


class Platform:
    def __init__(self, port):
        self.base = f"http://127.0.0.1:{port}"

    def request(self, method, path, body=None):
        """Status and body of a REST request."""
        data = None if body is None else json.dumps(body).encode()
        headers = {"appKey": KEY, "Content-Type": "application/json", "Accept": "application/json"}
        request = urllib.request.Request(self.base + path, data=data, headers=headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def call(self, service, **parameters):
        """Status of a service call, and the rows of its result."""
        status, body = self.request("POST", f"/Thingworx/Things/{THING}/Services/{service}", parameters)
        rows = json.loads(body).get("rows", []) if status == 200 and body else []
        return status, rows

    def result(self, service, **parameters):
        """The value of a service with a single one."""
        status, rows = self.call(service, **parameters)
        return rows[0].get("result") if status == 200 and rows else f"status {status}"

    def property(self, name):
        """The value as pushed."""
        status, body = self.request("GET", f"/Thingworx/Things/{THING}/Properties/{name}")
        rows = json.loads(body).get("rows", []) if status == 200 else []
        return rows[0].get(name) if rows else f"status {status}"

    def wait_for(self, what, condition):
        end = time.monotonic() + PATIENCE
        while not condition():
            if time.monotonic() > end:
                fail(f"{what}: not within {PATIENCE} s")
                return
            time.sleep(0.1)
        hold(what)


def checks(platform):
    platform.wait_for("the thing is online", lambda: platform.call("GetLabel", suffix="")[0] == 200)

    # The template and its in-place table.
    check("a service of the template", platform.result("Fill", amount=12.5), 12.5)
    check("it keeps its state", platform.result("Fill", amount=1), 13.5)
    amounts = [row.get("amount") for row in platform.call("GetJournal")[1]]
    check("rows appended to a kept table", amounts, [12.5, 1])
    platform.wait_for("the level is pushed", lambda: platform.property("Level") == 13.5)

    # Shapes of two libraries. The platform writes a standard property; no code of the example is involved.
    check("a property that was never set", platform.result("GetLabel", suffix="!"), THING + "!")
    written = platform.request("PUT", f"/Thingworx/Things/{THING}/Properties/Title", {"Title": ": rain"})
    check("the platform writes a standard property", written[0], 200)
    check("the library sees it", platform.result("GetLabel", suffix="!"), THING + ": rain!")
    platform.wait_for("the polled function counts", lambda: at_least(platform.property("MeterCount"), 2))
    check("the counter is told", platform.result("ResetMeter") >= 2, True)

    # What the platform may do with a thing of the generic template.
    check("a library is loaded again", platform.call("loadShapeLibrary", libraryName="libmeter")[0], 200)
    check("no such library", platform.call("loadShapeLibrary", libraryName="libnone")[0], 404)
    check("no way out of the directory", platform.call("loadShapeLibrary", libraryName="../libtwCSdk")[0], 404)
    check("no name", platform.call("loadShapeLibrary")[0], 400)
    check("a shape under a namespace", platform.call("AddEdgeThingShape", shapeName="Meter", namespace="left")[0], 200)
    check("its service", platform.result("left_ResetMeter"), 0)
    check("no such shape", platform.call("AddEdgeThingShape", shapeName="None")[0], 404)


def main():
    platform_binary, program = sys.argv[1:]
    environment = dict(os.environ, TW_APP_KEY=KEY)
    environment.pop("TWXLIB", None)
    with subprocess.Popen([platform_binary, "--port", "0", "--quiet"], stdout=subprocess.PIPE, text=True) as server:
        try:
            port = server.stdout.readline().strip().rsplit(":", 1)[-1]
            command = [program, "-P", "-H", "127.0.0.1", "-p", port, "-t", THING, "-r", "200"]
            with subprocess.Popen(command, env=environment) as device:
                try:
                    checks(Platform(port))
                finally:
                    device.terminate()
                    try:
                        check("the device ends when it is told to", device.wait(timeout=PATIENCE), 0)
                    except subprocess.TimeoutExpired:
                        fail("the device does not end")
                        device.kill()
        finally:
            server.terminate()
    print(f"extension libraries: {len(passed)} passed, {len(failures)} failed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
