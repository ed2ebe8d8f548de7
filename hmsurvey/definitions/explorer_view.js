// What panels draw with: words in the chosen language, numbers, elements; and the view, which holds everything that a panel may draw from.
// All words reach the page by textContent.

const DATA = JSON.parse(document.getElementById("data").textContent);
const SURVEYS = DATA.surveys.map(readSurvey);
const HIDDEN = "hidden";
const ROWS_A_PAGE = 30, NAMES_OF_MOVED = 100, SMALL = 10;
const FIRST_LANG = document.documentElement.lang === "en" ? "en" : "zh";
let state = null;
let notice = "";

// ---- words and numbers ----

function pick(pair) {
  return state.lang === "zh" ? pair[0] || pair[1] : pair[1] || pair[0];
}

// In Chinese, numbers stand off characters by a narrow space that does not break.
function spaced(text) {
  return state.lang === "zh" ? text.replace(/([\u3400-\u9fff]) ?(?=[0-9A-Za-z−])|([0-9A-Za-z%]) ?(?=[\u3400-\u9fff])/g, "$1$2\u202f") : text;
}

function say(key, values = {}) {
  const filled = pick(DATA.words[key]).replace(/\{(\w+)\}/g, (_, name) => values[name]);
  return spaced(filled);
}

function counted(n) {
  const { counter, noun, one, many } = DATA.units;
  return spaced(state.lang === "zh" ? `${whole(n)}${counter}${noun}` : `${whole(n)} ${n === 1 ? one : many}`);
}

function whole(n) {
  const text = String(Math.abs(n));
  return (n < 0 ? "−" : "") + (text.length > 4 ? text.replace(/\B(?=(\d{3})+$)/g, "\u2009") : text);
}

function decimal(x, places = 1) {
  if (x === HIDDEN) return say("hidden");
  if (x === null || Number.isNaN(x)) return "–";
  const text = Math.abs(x).toFixed(places);
  return x < 0 && Number(text) !== 0 ? `−${text}` : text;
}

function cell(x) {
  return x === HIDDEN ? say("hidden") : x === null ? "–" : whole(x);
}

function countOf(n) {
  return n === HIDDEN ? `n ${say("hidden_words")}` : `n = ${cell(n)}`;
}

function placesOf(most) {
  return most <= 1.5 ? 2 : 1;
}

// As few decimals as it takes not to look like a cut-off that is missed.
function shown(value, keys, bounds) {
  const met = within(value, keys, bounds);
  for (let places = 1; places < 9; places++) if (within(Number(value.toFixed(places)), keys, bounds) === met) return decimal(value, places);
  return decimal(value, 9);
}

// ---- elements ----

function el(tag, props = {}, ...children) {
  const made = document.createElement(tag);
  for (const [key, value] of Object.entries(props)) {
    if (key === "text") made.textContent = value;
    else if (key === "on") for (const [event, run] of Object.entries(value)) made.addEventListener(event, run);
    else if (key === "style") for (const [name, one] of Object.entries(value)) made.style.setProperty(name, one);
    else if (value === true) made.setAttribute(key, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(key, value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return made;
}

// Words from a workbook: kept apart from the direction of what stands around them.
function given(text) {
  return el("bdi", { text });
}

function swatch(colour, hatched = false) {
  return el("i", { class: hatched ? "swatch hatched" : "swatch", "aria-hidden": "true", style: { "background-color": colour } });
}

function stageMark(survey, k) {
  const last = k === survey.stages.length - 1;
  return [swatch(survey.stages[k].colour, last), pick(survey.stages[k].label)];
}

// One stop for the Tab key; arrows walk inside. `step` says where an arrow leads.
const walked = {};
function walkable(container, name, items, step) {
  const keys = items.map((item) => item.dataset.key);
  const start = Math.max(0, keys.indexOf(walked[name]));
  items.forEach((item, k) => { item.tabIndex = k === start ? 0 : -1; });
  container.addEventListener("focusin", (event) => {
    const at = items.indexOf(event.target);
    if (at < 0) return;
    walked[name] = keys[at];
    items.forEach((item, k) => { item.tabIndex = k === at ? 0 : -1; });
  });
  container.addEventListener("keydown", (event) => {
    const at = items.indexOf(document.activeElement);
    const next = at < 0 ? -1 : step(at, event.key);
    if (next < 0 || next >= items.length || next === at) return;
    event.preventDefault();
    items[next].focus();
  });
  return container;
}

function alongList(length, back, forth) {
  return (at, key) => ({ [back]: at - 1, [forth]: at + 1, Home: 0, End: length - 1 })[key] ?? -1;
}

// ---- the view: everything that a panel may draw from ----

function look() {
  const survey = SURVEYS[state.survey], settings = state.settings[state.survey];
  const view = { survey, settings, changed: !isAsWritten(survey, settings), moved: [], listed: [], narrow: [] };
  if (!survey.units) return { ...view, ...lookAtRows(survey.rows) };
  view.outcome = survey.model ? restage(survey.model, settings) : survey.written;
  const { place } = view.outcome, was = survey.written.place, words = folded(state.text);
  for (let i = 0; i < survey.n; i++) {
    if (place[i] !== was[i]) view.moved.push(i);
    if (state.size !== "" && survey.units.size[i] !== Number(state.size)) continue;
    if (words && !survey.sought[i].includes(words)) continue;
    view.narrow.push(i);
    if (isListed(survey, view, i)) view.listed.push(i);
  }
  return { ...view, ...lookAtRows(sumUp(view)), unit: state.unit === "" ? -1 : survey.places.get(state.unit) };
}

function isListed(survey, view, i) {
  if (state.group !== "" && survey.groups[survey.units.group[i]]?.code !== state.group) return false;
  if (state.stage !== "" && survey.stages[view.outcome.place[i]].code !== state.stage) return false;
  return !state.moved || view.outcome.place[i] !== survey.written.place[i];
}

function lookAtRows(rows) {
  return { rows: rows.filter((row) => row.code !== "all"), all: rows.find((row) => row.code === "all"), unit: -1 };
}

// Rows about groups, summed up from the units: the same rows that a public page is given.
function sumUp({ survey, outcome, narrow }) {
  const width = survey.areas.length;
  const empty = (code) => ({ code, n: 0, counts: survey.stages.map(() => 0), sums: new Float64Array(width + 1), ns: new Float64Array(width + 1) });
  const all = empty("all"), rows = survey.groups.map((group) => empty(group.code));
  for (const i of narrow) {
    for (const row of [all, rows[survey.units.group[i]]]) {
      if (!row) continue;
      row.n += 1;
      row.counts[outcome.place[i]] += 1;
      for (let k = 0; k <= width; k++) {
        const x = k < width ? survey.areas[k].value[i] : outcome.total ? outcome.total[i] : NaN;
        if (!Number.isNaN(x)) { row.sums[k] += x; row.ns[k] += 1; }
      }
    }
  }
  return [all, ...rows].map((row) => {
    const means = Array.from(row.sums, (sum, k) => (row.ns[k] > 0 ? sum / row.ns[k] : null));
    return { code: row.code, n: row.n, counts: row.counts, means: means.slice(0, width), total: means[width] };
  });
}

function share(row, k) {
  if (!row || row.n === null || row.n === 0) return null;
  if (row.n === HIDDEN || row.counts[k] === HIDDEN) return HIDDEN;
  return 100 * row.counts[k] / row.n;
}

function hides(row) {
  return [row.n, row.total, ...row.counts, ...row.means].includes(HIDDEN);
}

function isNumber(x) {
  return typeof x === "number" && !Number.isNaN(x);
}

// The stage that maps and bars are about: the one chosen, else the highest of which anything is shown.
function stageOfInterest({ survey, rows }) {
  const chosen = survey.stages.findIndex((stage) => stage.code === state.stage);
  if (chosen >= 0) return chosen;
  return Math.max(0, survey.stages.findIndex((_, k) => rows.some((row) => isNumber(share(row, k)))));
}

function groupName(survey, code) {
  const tile = DATA.tiles.find((one) => one.code === code);
  return pick(tile ? tile.label : survey.groups.find((group) => group.code === code)?.label || [code, code]);
}

function quarters(values, chosen) {
  const there = Float64Array.from(chosen.map((i) => values[i]).filter((x) => !Number.isNaN(x))).sort();
  if (there.length < 4) return null;
  const at = (p) => {
    const place = p * (there.length - 1), low = Math.floor(place);
    return there[low] + (place - low) * (there[Math.min(low + 1, there.length - 1)] - there[low]);
  };
  return [at(0.25), at(0.75)];
}
