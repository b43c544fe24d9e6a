"""Drives a headless Chromium over the pipe of its DevTools protocol (--remote-debugging-pipe)."""

import base64
import json
import os
import select
import shutil
import subprocess
import time

WAIT = 30  # seconds, for each answer


class Browser:
    """A Chromium with one page. All that the page logs and asks for is kept."""

    def __init__(self, folder, *options):
        self.folder = folder
        (from_browser, their_out), (their_in, to_browser) = os.pipe(), os.pipe()
        self.from_browser, self.to_browser = from_browser, to_browser
        # It reads commands from descriptor 3 and writes answers to 4.
        self.process = subprocess.Popen(
            ["sh", "-c", f"exec \"$@\" 3<&{their_in} 4>&{their_out}", "sh", program(),
             "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
             "--no-first-run", "--hide-scrollbars", "--remote-debugging-pipe",
             f"--user-data-dir={folder}", *options, "about:blank"],
            pass_fds=(their_in, their_out), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        os.close(their_in)
        os.close(their_out)
        self.buffer = b""
        self.number = 0
        self.session = None
        self.events = []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target,
                                 flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def close(self):
        """Ends the browser."""
        os.close(self.to_browser)  # it ends when nobody can ask anything
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        os.close(self.from_browser)
        shutil.rmtree(self.folder, ignore_errors=True)

    def receive(self, end):
        """Returns the next message."""
        while b"\0" not in self.buffer:
            ready, _, _ = select.select([self.from_browser], [], [], max(0, end - time.monotonic()))
            data = os.read(self.from_browser, 1 << 20) if ready else b""
            if not data:
                raise AssertionError("the browser does not answer")
            self.buffer += data
        message, _, self.buffer = self.buffer.partition(b"\0")
        return json.loads(message)

    def call(self, method, **parameters):
        """Calls a method of the protocol; returns its result."""
        self.number += 1
        command = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            command["sessionId"] = self.session
        os.write(self.to_browser, json.dumps(command).encode() + b"\0")
        end = time.monotonic() + WAIT
        while True:
            message = self.receive(end)
            if message.get("id") == self.number:
                if "error" in message:
                    raise AssertionError(f"{method}: {message['error']}")
                return message["result"]
            self.events.append(message)

    def js(self, expression):
        """Returns the value of an expression in the page; waits for a promise."""
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True,
                           awaitPromise=True)
        if "exceptionDetails" in answer:
            raise AssertionError(f"{expression}: {answer['exceptionDetails']}")
        return answer["result"].get("value")

    def open(self, path):
        """Opens a file, and waits until the page says it is ready; returns the seconds."""
        self.events.clear()
        begin = time.monotonic()
        self.call("Page.navigate", url=path.resolve().as_uri())
        self.wait("document.documentElement?.dataset.ready === 'yes'")
        return time.monotonic() - begin

    def wait(self, condition):
        """Waits until an expression is true."""
        end = time.monotonic() + WAIT
        while not self.js(condition):
            if time.monotonic() > end:
                raise AssertionError(f"never true: {condition}; {self.complaints()}")
            time.sleep(0.02)

    def press(self, key, text=""):
        """Presses a key."""
        code = {"Enter": 13, "Escape": 27, "Tab": 9}.get(key, 0)
        arrows = {"ArrowLeft": 37, "ArrowUp": 38, "ArrowRight": 39, "ArrowDown": 40}
        key_code = arrows.get(key, code)
        self.call("Input.dispatchKeyEvent", type="keyDown", key=key, text=text,
                  windowsVirtualKeyCode=key_code)
        self.call("Input.dispatchKeyEvent", type="keyUp", key=key,
                  windowsVirtualKeyCode=key_code)

    def type_text(self, text):
        """Types into what has the focus."""
        self.call("Input.insertText", text=text)

    def screenshot(self, file):
        """Writes a PNG of what is in sight."""
        data = self.call("Page.captureScreenshot", format="png")["data"]
        file.write_bytes(base64.b64decode(data))

    def complaints(self):
        """Returns what the page logged, threw or was refused."""
        self.js("1")  # what was sent before this answer is here
        return [event["params"] for event in self.events if event["method"] in
                ("Runtime.exceptionThrown", "Runtime.consoleAPICalled", "Log.entryAdded")]

    def requests(self):
        """Returns the addresses that the page asked for."""
        self.js("1")
        return [event["params"]["request"]["url"] for event in self.events
                if event["method"] == "Network.requestWillBeSent"]


def program():
    """Returns the browser's path; None if none is installed."""
    return shutil.which("chromium") or shutil.which("chromium-browser")
