// The one script that each page loads.
import "./requests.js";
import "./toasts.js";
import "./typed.js";
import "./theme.js";
import "./times.js";
import "./menus.js";
import "./dialogs.js";
import "./palette.js";
import "./shortcuts.js";
import "./register.js";
import "./overflow.js";
import "./choosers.js";
import "./files.js";
import "./fields.js";
import "./unread.js";
import "./reading.js";
import "./lazy.js";
