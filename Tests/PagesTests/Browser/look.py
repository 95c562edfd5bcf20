"""Looks at pages with headless Chromium, as a person would: takes pictures and measures.

usage: look.py CHROMIUM OUT PAGE...
Writes OUT/<page>-<width>-<scheme>.png and prints one JSON object: for each page and each way of looking at it, the colours
counted in the picture, the page's width, texts that leave their chart or lie upon another, and errors of the console.
Speaks the DevTools protocol over a pipe; needs nothing but Python's library.
"""

import base64
import json
import os
import pathlib
import struct
import subprocess
import sys
import tempfile
import zlib

# A4 less its margins is 688 px wide.
WAYS = [(1280, "light"), (1280, "dark"), (390, "light"), (390, "dark"), (688, "print")]

# Runs in the page from outside: pages themselves hold no script and their policy allows none.
MEASURE = """(() => {
  const findings = [];
  for (const svg of document.querySelectorAll('svg')) {
    const frame = svg.getBoundingClientRect();
    const texts = [...svg.querySelectorAll('text')].map(t => [t, t.getBoundingClientRect()]);
    for (const [t, box] of texts) {
      if (box.left < frame.left - 1 || box.right > frame.right + 1 || box.top < frame.top - 1 || box.bottom > frame.bottom + 1)
        findings.push(svg.id + ': outside: ' + t.textContent);
      if (box.height < 8) findings.push(svg.id + ': too small: ' + t.textContent + ' ' + box.height);
    }
    for (let i = 0; i < texts.length; i++) for (let j = i + 1; j < texts.length; j++) {
      const [a, b] = [texts[i][1], texts[j][1]];
      const x = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      // Lines of text have air above and below the letters.
      const y = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) - 6;
      if (x > 0 && y > 0) findings.push(svg.id + ': upon each other: ' + texts[i][0].textContent + ' | ' + texts[j][0].textContent);
    }
    const named = (svg.getAttribute('aria-labelledby') || '').split(' ').every(id => document.getElementById(id)?.textContent);
    if (svg.getAttribute('role') !== 'img' || !named) findings.push(svg.id + ': has no name');
  }
  const style = getComputedStyle(document.body);
  return {findings, charts: document.querySelectorAll('svg').length, width: document.documentElement.scrollWidth,
    height: document.documentElement.scrollHeight, ink: style.color, paper: style.backgroundColor};
})()"""


class Browser:
    def __init__(self, program, profile):
        commands, self.writing = os.pipe()
        self.reading, answers = os.pipe()
        # Chromium takes commands from descriptor 3 and answers on 4.
        launch = 'exec 3<&%d 4>&%d; exec "$@"' % (commands, answers)
        self.process = subprocess.Popen(
            ["bash", "-c", launch, "bash", program, "--headless=new", "--no-sandbox", "--disable-gpu",
             "--disable-dev-shm-usage", "--hide-scrollbars", "--no-first-run", "--force-device-scale-factor=1",
             "--remote-debugging-pipe", "--user-data-dir=" + profile, "about:blank"],
            pass_fds=(commands, answers), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(commands)
        os.close(answers)
        self.count, self.buffer, self.events = 0, b"", []

    def read(self):
        while b"\0" not in self.buffer:
            piece = os.read(self.reading, 1 << 16)
            if not piece:
                raise SystemExit("the browser ended")
            self.buffer += piece
        message, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(message)

    def call(self, method, session=None, **parameters):
        self.count += 1
        message = {"id": self.count, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        os.write(self.writing, json.dumps(message).encode() + b"\0")
        while True:
            answer = self.read()
            if answer.get("id") == self.count:
                if "error" in answer:
                    raise SystemExit("%s: %s" % (method, answer["error"]["message"]))
                return answer["result"]
            self.events.append(answer)

    def wait(self, method):
        while True:
            for event in self.events:
                if event.get("method") == method:
                    self.events.remove(event)
                    return event
            self.events.append(self.read())


def colours(png):
    """How many different colours a picture of 8-bit RGB or RGBA has."""
    place, data, header = 8, b"", None
    while place < len(png):
        length, kind = struct.unpack(">I4s", png[place:place + 8])
        if kind == b"IHDR":
            header = struct.unpack(">IIBBBBB", png[place + 8:place + 21])
        if kind == b"IDAT":
            data += png[place + 8:place + 8 + length]
        place += length + 12
    width, _, depth, kind = header[:4]
    size = {2: 3, 6: 4}[kind]
    assert depth == 8
    rows, row = zlib.decompress(data), width * size + 1
    # Filtered bytes differ from colours, but a picture of one colour has few of them either way.
    found = set()
    for start in range(0, len(rows), row * 4):
        line = rows[start + 1:start + row]
        found.update(line[i:i + size] for i in range(0, len(line), size))
    return len(found)


def look(browser, page, out):
    target = browser.call("Target.createTarget", url="about:blank")["targetId"]
    session = browser.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
    for domain in ["Page", "Runtime", "Log", "Network"]:
        browser.call(domain + ".enable", session)
    views = []
    for width, scheme in WAYS:
        browser.events.clear()
        browser.call("Emulation.setDeviceMetricsOverride", session, width=width, height=900, deviceScaleFactor=1,
                     mobile=False)
        medium, wish = ("print", "dark") if scheme == "print" else ("screen", scheme)
        browser.call("Emulation.setEmulatedMedia", session, media=medium,
                     features=[{"name": "prefers-color-scheme", "value": wish}])
        browser.call("Page.navigate", session, url=pathlib.Path(page).resolve().as_uri())
        browser.wait("Page.loadEventFired")
        view = browser.call("Runtime.evaluate", session, expression=MEASURE, returnByValue=True)["result"]["value"]
        height = min(view["height"], 12000)
        picture = base64.b64decode(browser.call(
            "Page.captureScreenshot", session, captureBeyondViewport=True,
            clip={"x": 0, "y": 0, "width": width, "height": height, "scale": 1})["data"])
        name = "%s-%d-%s.png" % (pathlib.Path(page).stem, width, scheme)
        pathlib.Path(out, name).write_bytes(picture)
        view.update(page=pathlib.Path(page).name, viewport=width, scheme=scheme, picture=name, colours=colours(picture))
        view["console"] = [e["params"]["entry"]["text"] for e in browser.events if e.get("method") == "Log.entryAdded"]
        view["fetched"] = [
            e["params"]["request"]["url"] for e in browser.events
            if e.get("method") == "Network.requestWillBeSent" and not e["params"]["request"]["url"].startswith("file:")]
        views.append(view)
    paper = browser.call("Page.printToPDF", session, preferCSSPageSize=True, printBackground=True)
    pathlib.Path(out, pathlib.Path(page).stem + ".pdf").write_bytes(base64.b64decode(paper["data"]))
    browser.call("Target.closeTarget", targetId=target)
    return views


def main():
    program, out, pages = sys.argv[1], sys.argv[2], sys.argv[3:]
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        browser = Browser(program, profile)
        try:
            views = [view for page in pages for view in look(browser, page, out)]
        finally:
            browser.process.kill()
            browser.process.wait()
    json.dump({"views": views}, sys.stdout)


main()
