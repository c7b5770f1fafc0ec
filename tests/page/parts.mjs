export { states } from "./first_screen.mjs";
export { views, follows } from "./views.mjs";
export { acts, locked } from "./acts.mjs";
export { speed } from "./speed.mjs";
