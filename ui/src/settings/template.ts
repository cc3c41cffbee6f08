/**
 * Templates of file names.
 */

/** What a template begins with if each channel has a folder of its own. */
const CHANNEL_FOLDER = "{owner}/";

export const hasChannelFolder = (template: string) => template.startsWith(CHANNEL_FOLDER);

/** Returns the template with or without a folder for each channel. */
export function withChannelFolder(template: string, folder: boolean): string {
  const name = hasChannelFolder(template) ? template.slice(CHANNEL_FOLDER.length) : template;
  return folder ? CHANNEL_FOLDER + name : name;
}
