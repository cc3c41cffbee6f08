/** A button, or an entry of a menu. */
export interface ButtonAction {
  label: string;
  act: () => void;
}
