/**
 * Drives WebKitGTK, the web view of Linux and close to that of macOS, by WebDriver (W3C) on a virtual
 * display. Playwright's WebKit is a build that no system ships.
 */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";

/** Paths in Debian, from the packages `libwebkit2gtk-4.1-0` and `webkit2gtk-driver`. */
const BROWSER = "/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser";
const DRIVER = "/usr/bin/WebKitWebDriver";

/** Interval between two attempts to reach a starting driver. */
const PAUSE_MS = 100;

/** Whether this computer has WebKitGTK and its driver. */
export const hasWebKit = existsSync(BROWSER) && existsSync(DRIVER);

/** A window of WebKit. */
export class WebKit {
  readonly #session: string;
  readonly #stop: () => void;

  private constructor(session: string, stop: () => void) {
    this.#session = session;
    this.#stop = stop;
  }

  /** Opens a window whose driver listens on `port`. */
  static async open(port: number): Promise<WebKit> {
    const display = ["--auto-servernum", "--server-args=-screen 0 1280x1024x24"];
    const driver = spawn("xvfb-run", [...display, DRIVER, `--port=${port}`], {
      stdio: "ignore",
      // A process group of its own, to stop the display together with the driver.
      detached: true,
    });
    const stop = () => {
      if (driver.pid !== undefined) process.kill(-driver.pid);
    };
    const base = `http://127.0.0.1:${port}`;
    while (!(await fetch(`${base}/status`).catch(() => null))) {
      if (driver.exitCode !== null) throw new Error("the driver of WebKit does not start");
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
    const options = { binary: BROWSER, args: ["--automation"] };
    const capabilities = { alwaysMatch: { "webkitgtk:browserOptions": options } };
    const { sessionId } = await ask<{ sessionId: string }>(`${base}/session`, { capabilities });
    return new WebKit(`${base}/session/${sessionId}`, stop);
  }

  async resize(width: number, height: number) {
    await ask(`${this.#session}/window/rect`, { width, height });
  }

  async go(url: string) {
    await ask(`${this.#session}/url`, { url });
  }

  /** Runs a script in the page and returns its result. */
  run<T>(script: string, ...args: unknown[]): Promise<T> {
    return ask(`${this.#session}/execute/sync`, { script, args });
  }

  /** Runs a script in the page and returns what it passes to its last argument. */
  wait<T>(script: string, ...args: unknown[]): Promise<T> {
    return ask(`${this.#session}/execute/async`, { script, args });
  }

  async close() {
    await fetch(this.#session, { method: "DELETE" }).catch(() => null);
    this.#stop();
  }
}

async function ask<T>(address: string, body: object): Promise<T> {
  const answer = await fetch(address, { method: "POST", body: JSON.stringify(body) });
  const { value } = (await answer.json()) as { value: T };
  if (!answer.ok) throw new Error(`${address}: ${JSON.stringify(value)}`);
  return value;
}
