/**
 * The drawings of the window: lines of 1.75 units in a square of 24.
 */
export const PATHS = {
  // A tick.
  done: "M5 12.5l4.5 4.5L19 7.5",
  // Three dots.
  more: "M5.5 12v.01M12 12v.01M18.5 12v.01",
  // A fan of radio waves.
  line: "M3.5 9.5a12.5 12.5 0 0 1 17 0M6.5 13a8.2 8.2 0 0 1 11 0M9.5 16.4a3.9 3.9 0 0 1 5 0M12 19.6v.01",
  // A cloud.
  site: "M7 18.5h10.2a4 4 0 0 0 .5-7.97 6 6 0 0 0-11.5 1.1A3.5 3.5 0 0 0 7 18.5z",
  // A padlock.
  lock: "M5.5 11h13v9h-13zM8.5 11V7.9a3.5 3.5 0 0 1 7 0V11",
  // A disk drive.
  disk: "M3.5 13h17v6.5h-17zM3.5 13l3.2-8h10.6l3.2 8M16.8 16.3v.01",
  // A frame with a triangle.
  video: "M3.5 5.5h17v13h-17zM10 9l5 3-5 3z",
  // A warning sign.
  app: "M12 4.2 21 19.8H3zM12 10.2v4.3M12 17v.01",
} as const;

export type IconName = keyof typeof PATHS;
