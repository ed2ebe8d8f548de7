// The panels: each draws itself from the view and keeps no number of its own.

// ---- panel: the tile map ----

const tileColour = (part) => {
  const light = [243, 247, 250], dark = [111, 168, 201];
  return `rgb(${light.map((x, k) => Math.round(x + part * (dark[k] - x))).join(" ")})`;
};

function drawTiles(view) {
  const { survey } = view, stage = stageOfInterest(view), byCode = new Map(view.rows.map((row) => [row.code, row]));
  const shares = DATA.tiles.map((tile) => share(byCode.get(tile.code), stage)).filter(isNumber);
  const top = [5, 10, 20, 40, 60, 80, 100].find((x) => x >= Math.max(0, ...shares));
  const buttons = DATA.tiles.map((tile) => tileButton(tile, byCode.get(tile.code), stage, top));
  const grid = el("div", { class: "tiles", role: "group", "aria-label": say("tiles") }, buttons);
  walkable(grid, "tiles", buttons, (at, key) => nextTile(at, key));
  return [el("p", { class: "measure", text: say("tiles_measure", { stage: pick(survey.stages[stage].label) }) }), grid, tileKey(top)];
}

function tileButton(tile, row, stage, top) {
  const value = share(row, stage), there = isNumber(value);
  const few = there && row.n < SMALL;
  const words = there ? (few ? `${row.counts[stage]}/${row.n}` : `${decimal(value)}%`) : value === HIDDEN ? say("hidden_words") : say("no_answers");
  const n = row && isNumber(row.n) && row.n > 0 ? `n = ${cell(row.n)}` : "";
  const chosen = state.group === tile.code;
  return el(
    "button",
    {
      type: "button", class: there ? "tile" : "tile empty", "data-key": `tile ${tile.code}`, "aria-pressed": String(chosen),
      style: { "grid-column": tile.column + 1, "grid-row": tile.row + 1, ...(there ? { "background-color": tileColour(value / top) } : {}) },
      on: { click: () => choose({ group: chosen ? "" : tile.code }) },
    },
    el("span", { class: "city", text: pick(tile.label) }), el("b", { text: words }), el("span", { class: "n", text: n }),
  );
}

function nextTile(at, key) {
  const [dx, dy] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[key] || [0, 0];
  if (!dx && !dy) return { Home: 0, End: DATA.tiles.length - 1 }[key] ?? -1;
  const here = DATA.tiles[at];
  const far = DATA.tiles.map((tile) => {
    const along = (tile.column - here.column) * dx + (tile.row - here.row) * dy;
    const aside = Math.abs((tile.column - here.column) * dy) + Math.abs((tile.row - here.row) * dx);
    return along > 0 ? along + 2 * aside : Infinity;
  });
  const best = Math.min(...far);
  return best === Infinity ? -1 : far.indexOf(best);
}

function tileKey(top) {
  const steps = [0, 0.25, 0.5, 0.75, 1].map((part) => el("i", { style: { "background-color": tileColour(part) } }));
  return el("p", { class: "key" }, el("span", { text: "0%" }), el("span", { class: "ramp", "aria-hidden": "true" }, steps), el("span", { text: `${top}%` }), el("span", { class: "aside", text: say("tiles_note") }));
}

// ---- panel: stages by group ----

function drawBars(view) {
  const { survey } = view, stage = stageOfInterest(view);
  const rows = view.rows.filter((row) => row.n !== 0 && row.n !== null).sort((a, b) => barOrder(view, b, stage) - barOrder(view, a, stage) || byCode(a, b));
  const buttons = rows.map((row) => barButton(view, row));
  const list = el("div", { class: "bars", role: "group", "aria-label": say("bars") }, buttons);
  walkable(list, "bars", buttons, alongList(buttons.length, "ArrowUp", "ArrowDown"));
  return [el("p", { class: "measure", text: say("bars_measure") }), stageKey(view), list, rows.length ? barButton(view, view.all) : null];
}

// Equal ones stand in the order of their codes, in every browser and however the rows came.
function byCode(a, b) {
  return a.code < b.code ? -1 : Number(a.code > b.code);
}

// Sorted by the rule as written, so that rows stay where they are while a slider moves.
function barOrder(view, row, stage) {
  const { survey } = view;
  if (!survey.units) return isNumber(share(row, stage)) ? share(row, stage) : -1;
  survey.order ??= sumUp({ survey, outcome: survey.written, narrow: Array.from({ length: survey.n }, (_, i) => i) });
  return share(survey.order.find((one) => one.code === row.code), stage);
}

function barButton(view, row) {
  const { survey } = view, all = row.code === "all", chosen = !all && state.group === row.code;
  const name = all ? say("all") : groupName(survey, row.code);
  const parts = survey.stages.map((stage, k) => ({ stage, k, value: share(row, k) }));
  const rest = 100 - parts.reduce((sum, part) => sum + (isNumber(part.value) ? part.value : 0), 0);
  const spoken = parts.map((part) => `${pick(part.stage.label)} ${isNumber(part.value) ? `${decimal(part.value)}%` : cell(part.value)}`).join(", ");
  const bar = el("span", { class: "bar", "aria-hidden": "true" },
    parts.filter((part) => isNumber(part.value) && part.value > 0).map((part) => barPart(survey, part)),
    rest > 0.01 ? el("span", { class: "part kept", style: { "flex-grow": rest }, text: rest >= (state.lang === "zh" ? 18 : 34) ? say("hidden_words") : "" }) : null);
  const label = [el("span", { class: "name" }, given(name)), el("span", { class: "n", text: countOf(row.n) }), bar];
  if (all) return el("div", { class: "row total", role: "img", "aria-label": `${name}: ${spoken}` }, label);
  return el("button", {
    type: "button", class: "row", "data-key": `bar ${row.code}`, "aria-pressed": String(chosen), "aria-label": `${name}, ${countOf(row.n)}: ${spoken}`,
    on: { click: () => choose({ group: chosen ? "" : row.code }) },
  }, label);
}

function barPart(survey, { stage, k, value }) {
  const last = k === survey.stages.length - 1, dim = state.stage !== "" && state.stage !== stage.code;
  return el("span", {
    class: `part${last ? " hatched" : ""}${dim ? " dim" : ""}${k === 0 ? " dark" : ""}`, title: `${pick(stage.label)} ${decimal(value)}%`,
    style: { "flex-grow": value, "background-color": stage.colour }, text: value >= 8 && !dim ? decimal(value, 0) : "",
  });
}

function stageKey({ survey }) {
  return el("p", { class: "key" }, survey.stages.map((_, k) => el("span", {}, stageMark(survey, k))));
}

// ---- panel: profile ----

function drawProfile(view) {
  const { survey } = view;
  const group = view.rows.find((row) => row.code === state.group);
  const items = [
    { ...survey.scores, mean: view.all.total, own: group?.total, meanOf: (row) => row.total, values: view.outcome?.total, code: survey.model?.total.code },
    ...survey.areas.map((area, k) => ({ ...area, label: [`${area.code} ${area.label[0]}`, `${area.code} ${area.label[1]}`], mean: view.all.means[k], own: group?.means[k], meanOf: (row) => row.means[k], values: area.value, code: area.code })),
  ];
  const heads = [["province", say("all")], ...(group ? [["group", groupName(survey, group.code)]] : []), ...(view.unit >= 0 ? [["unit", survey.units.name[view.unit]]] : [])];
  const key = el("p", { class: "key" }, view.outcome ? el("span", {}, el("i", { class: "band", "aria-hidden": "true" }), say("middle_half")) : null,
    heads.map(([kind, name]) => el("span", {}, el("i", { class: `dot ${kind}`, "aria-hidden": "true" }), given(name))));
  const head = el("tr", {}, el("th", { scope: "col", text: say("area") }), el("td", { class: "track", "aria-hidden": "true" }), heads.map(([kind, name]) => el("th", { scope: "col", class: "n" }, el("i", { class: `dot ${kind}`, "aria-hidden": "true" }), el("span", { class: "unseen", text: name }))));
  const rows = items.map((item) => profileRow(view, item, group));
  const alike = items.every((item) => item.most === items[0].most && item.least === items[0].least);
  return [el("p", { class: "measure", text: say("profile_measure") + (view.survey.model ? say("profile_cuts") : "") + (alike ? "" : say("profile_scales")) }), key, el("table", { class: "profile" }, el("thead", {}, head), el("tbody", {}, rows))];
}

function profileRow(view, item, group) {
  const places = placesOf(item.most), unit = view.unit >= 0 && item.values ? item.values[view.unit] : null;
  const at = (x) => `${Math.max(0, Math.min(100, 100 * (x - item.least) / (item.most - item.least)))}%`;
  const half = item.values ? quarters(item.values, view.narrow) : null;
  const track = el("td", { class: "track", "aria-hidden": "true" }, el("div", {},
    half && el("i", { class: "band", style: { left: at(half[0]), right: `calc(100% - ${at(half[1])})` } }),
    cutsAt(view, item.code).map((x) => el("i", { class: "cut", style: { left: at(x) } })),
    isNumber(item.mean) && el("i", { class: "dot province", style: { left: at(item.mean) } }),
    isNumber(item.own) && el("i", { class: "dot group", style: { left: at(item.own) } }),
    isNumber(unit) && el("i", { class: "dot unit", style: { left: at(unit) } })));
  return el("tr", {}, el("th", { scope: "row", text: pick(item.label) }), track,
    el("td", { class: "n" }, kept(item.mean, placesAmong(view.rows, item.meanOf, places))),
    group ? el("td", { class: "n" }, kept(item.own, placesAmong(view.rows, item.meanOf, places))) : null,
    view.unit >= 0 ? el("td", { class: "n", text: decimal(unit ?? null, places) }) : null);
}

// The cut-offs and floors that a score has to reach, as they stand now.
function cutsAt({ survey, settings }, code) {
  if (!survey.model) return [];
  const found = [];
  const seek = (need) => {
    for (const part of need.any || need.all || []) seek(part);
    if (need.nodes?.includes(code)) for (const [, place] of need.keys) found.push(settings.bounds[place]);
  };
  survey.model.stages.flat().forEach(seek);
  return [...new Set(found)].filter((x) => x > 0);
}

// ---- panel: one unit ----

function drawUnit(view) {
  const { survey, unit: i } = view;
  const close = el("button", { type: "button", class: "plain", "data-key": "close unit", text: say("close"), on: { click: () => choose({ unit: "" }) } });
  return [
    el("p", { class: "who" }, given(survey.units.name[i]), close),
    el("p", { class: "measure" }, given(survey.units.id[i]), " · ", given(groupOf(survey, i)), survey.units.sizes ? ` · ${sizeOf(survey, i)}` : ""),
    ...reasonsOf(view, i),
  ];
}

// The stage of one unit, why, and which needs it meets.
function reasonsOf(view, i) {
  const { survey } = view, k = view.outcome.place[i], was = survey.written.place[i];
  const verdict = el("p", { class: "verdict" }, stageMark(survey, k), k !== was ? el("span", { class: "aside", text: say("was_stage", { stage: pick(survey.stages[was].label) }) }) : null);
  if (!survey.model) return [verdict, el("p", { text: pick(survey.because.words[survey.because.of[i]]) })];
  return [verdict, el("p", { text: becauseOf(view, i) }), needList(view, i)];
}

function becauseOf(view, i) {
  const { survey, outcome } = view, place = outcome.place[i], decided = deciding(outcome.judged, place, i);
  if (!decided) return say("all_met", { stage: pick(survey.stages[0].label) });
  const [k, j] = decided, need = survey.model.stages[k][j];
  const key = place === survey.stages.length - 1 ? "cannot_tell" : "short_of";
  return say(key, { stage: pick(survey.stages[k].label), need: needWords(need, view) }) + foundWords(need, view, i);
}

function foundWords(need, view, i) {
  const { value, node } = foundBy(need, view.survey.model, view.outcome.total, i);
  if (Number.isNaN(value)) return "";
  const number = need.keys ? shown(value, need.keys, view.settings.bounds) : String(Number(value.toFixed(2)));
  const name = node ? `${node} ${pick(view.survey.model.nodes[node].label)} ` : "";
  return say("has", { found: spaced(name) + number });
}

// A need in words, with the cut-offs as they stand now.
function needWords(need, view) {
  const { bounds } = view.settings, { model } = view.survey;
  const parts = need.any || need.all;
  if (parts && !need.own) return parts.map((part) => needWords(part, view)).join(say(need.any ? "or" : "and"));
  if (!need.keys) return spaced(pick(need.label));
  if (need.keys.every(([, place]) => bounds[place] === model.asWritten.bounds[place])) return spaced(pick(need.label));
  const template = need.words ? pick(need.words) : "";
  if (need.keys.every(([key]) => template.includes(`{${key}}`))) {
    return spaced(need.keys.reduce((text, [key, place]) => text.replaceAll(`{${key}}`, String(bounds[place])), template));
  }
  return need.keys.map(([, place]) => `${pick(model.bounds[place].label)} ${bounds[place]}`).join(say("and"));
}

function needList(view, i) {
  const marks = { [MET]: ["✓", "need_met"], [NOT_MET]: ["✗", "need_not"], [UNTOLD]: ["?", "need_unknown"] };
  return el("div", { class: "needs" }, view.survey.model.stages.map((needs, k) => (needs.length === 0 ? null : el("div", {},
    el("h4", {}, stageMark(view.survey, k)),
    el("ul", {}, needs.map((need, j) => {
      const [sign, word] = marks[view.outcome.judged[k][j].truth[i]];
      return el("li", { class: word }, el("b", { "aria-hidden": "true", text: sign }), el("span", { class: "unseen", text: say(word) }), needWords(need, view), foundWords(need, view, i));
    }))))));
}

function groupOf(survey, i) {
  const group = survey.groups[survey.units.group[i]];
  return group ? groupName(survey, group.code) : "–";
}

function sizeOf(survey, i) {
  return survey.units.size[i] < 0 ? "–" : pick(survey.units.sizes[survey.units.size[i]]);
}

// ---- panel: who moved ----

function drawMoved(view) {
  const { survey, outcome, moved } = view, was = survey.written.place;
  if (!view.changed) return [el("p", { class: "measure", text: say("as_written") })];
  if (moved.length === 0) return [el("p", { text: say("nobody_moved") })];
  const ways = new Map();
  for (const i of moved) {
    const way = `${was[i]} ${outcome.place[i]}`;
    ways.set(way, [...(ways.get(way) || []), i]);
  }
  const sorted = [...ways].sort((a, b) => b[1].length - a[1].length);
  const groups = sorted.map(([way, units]) => {
    const [from, to] = way.split(" ").map(Number);
    const named = units.slice(0, NAMES_OF_MOVED).map((i) => el("li", {}, unitButton(survey, i, `moved ${survey.units.id[i]}`)));
    const more = units.length - named.length;
    return el("details", { open: sorted.length <= 3 && units.length <= 12, "data-way": way },
      el("summary", { "data-key": `way ${way}` }, stageMark(survey, from), " → ", stageMark(survey, to), el("b", { text: counted(units.length) })),
      el("ul", { class: "names" }, named, more > 0 ? el("li", { text: say("and_more", { n: whole(more) }) }) : null));
  });
  const only = el("button", { type: "button", class: "plain", "data-key": "moved only", "aria-pressed": String(state.moved), text: say("moved_only"), on: { click: () => choose({ moved: !state.moved }) } });
  return [el("p", { text: say("moved_of", { n: counted(moved.length), all: whole(survey.n), up: whole(countWhere(moved, (i) => outcome.place[i] < was[i])), down: whole(countWhere(moved, (i) => outcome.place[i] > was[i])) }) }), only, ...groups];
}

function countWhere(list, test) {
  return list.reduce((n, i) => n + (test(i) ? 1 : 0), 0);
}

function unitButton(survey, i, key) {
  const id = survey.units.id[i], chosen = state.unit === id;
  return el("button", { type: "button", class: "link", "data-key": key, "aria-pressed": String(chosen), on: { click: () => choose({ unit: chosen ? "" : id }) } }, given(survey.units.name[i]));
}

// ---- panel: the table ----

// Columns: key, heading, what a row shows, what it is sorted by.
function unitColumns(view) {
  const { survey, outcome } = view, { units } = survey, was = survey.written.place;
  const column = (key, head, shows, by, number = false) => ({ key, head, shows, by, number });
  const score = (key, area, values) => column(key, `${area.code ? `${area.code} ` : ""}${pick(area.label)}`, (i) => decimal(values[i], placesOf(area.most)), (i) => values[i], true);
  const found = [column("name", say("name"), (i) => unitButton(survey, i, `unit ${units.id[i]}`), (i) => units.name[i])];
  if (survey.groups.length) found.push(column("group", say("group"), (i) => given(groupOf(survey, i)), (i) => units.group[i]));
  if (units.sizes) found.push(column("size", say("size"), (i) => sizeOf(survey, i), (i) => units.size[i]));
  const stage = (i) => el("span", { class: "stage" }, stageMark(survey, outcome.place[i]), outcome.place[i] !== was[i] ? el("small", { text: say("was", { stage: pick(survey.stages[was[i]].label) }) }) : null);
  found.push(column("stage", say("stage"), stage, (i) => -outcome.place[i]));
  if (outcome.total) found.push(score("total", { label: survey.scores.label, most: survey.scores.most }, outcome.total));
  survey.areas.forEach((area, k) => found.push(score(`area${k}`, area, area.value)));
  (survey.shares || []).forEach((one, k) => found.push(column(`share${k}`, say(one.percent ? "has_percent" : "has_count", { need: pick(one.label) }), (i) => decimal(one.value[i], one.percent ? 1 : 0), (i) => one.value[i] ?? NaN, true)));
  return found;
}

function groupColumns(view) {
  const { survey } = view;
  const column = (key, head, shows, by) => ({ key, head, shows, by, number: key !== "name" });
  const plain = (x) => (isNumber(x) ? x : NaN);
  return [
    column("name", say("group"), (row) => el("button", { type: "button", class: "link", "data-key": `row ${row.code}`, "aria-pressed": String(state.group === row.code), on: { click: () => choose({ group: state.group === row.code ? "" : row.code }) } }, given(groupName(survey, row.code))), (row) => groupName(survey, row.code)),
    column("n", "n", (row) => cell(row.n), (row) => plain(row.n)),
    ...survey.stages.map((stage, k) => column(`stage${k}`, `${pick(stage.label)}${say("in_percent")}`, (row) => kept(share(row, k)), (row) => plain(share(row, k)))),
    ...(survey.scores ? [column("total", pick(survey.scores.label), (row) => kept(row.total, placesAmong(view.rows, (one) => one.total, placesOf(survey.scores.most))), (row) => plain(row.total))] : []),
    ...survey.areas.map((area, k) => column(`area${k}`, `${area.code} ${pick(area.label)}`, (row) => kept(row.means[k], placesAmong(view.rows, (one) => one.means[k], placesOf(area.most))), (row) => plain(row.means[k]))),
  ];
}

// Means of groups may have been rounded before they were let out: no decimal is shown that is not there.
function placesAmong(rows, meanOf, places) {
  return rows.every((row) => !isNumber(meanOf(row)) || Number.isInteger(meanOf(row))) ? 0 : places;
}

// A number, or the visible mark of a cell that is kept back.
function kept(x, places = 1) {
  return x === HIDDEN ? el("span", { class: "kept", text: say("hidden") }) : decimal(x ?? null, places);
}

// Equal ones stand in the order of their names, whichever way the rest is sorted.
function sortRows(rows, columns, key) {
  const column = columns.find((one) => one.key === key), name = columns.find((one) => one.key === "name");
  if (!column) return rows;
  const words = new Intl.Collator(state.lang === "zh" ? "zh-CN" : "en", { numeric: true }), way = state.down ? -1 : 1;
  const keyed = rows.map((row) => [column.by(row), name.by(row), row]);
  keyed.sort(([a, one], [b, other]) => {
    if (typeof a === "string") return way * words.compare(a, b) || words.compare(one, other);
    const gone = Number(Number.isNaN(a)) - Number(Number.isNaN(b)); // nothing comes last, either way
    return gone || (Number.isNaN(a) ? 0 : way * (a - b)) || words.compare(one, other);
  });
  return keyed.map(([, , row]) => row);
}

function drawTable(view) {
  const columns = view.survey.units ? unitColumns(view) : groupColumns(view);
  const rows = sortRows(view.survey.units ? view.listed : view.rows, columns, state.sort);
  const last = Math.max(0, Math.ceil(rows.length / ROWS_A_PAGE) - 1);
  state.page = Math.min(state.page, last);
  const page = rows.slice(state.page * ROWS_A_PAGE, (state.page + 1) * ROWS_A_PAGE);
  const body = el("tbody", {}, page.flatMap((row) => tableRow(view, columns, row)));
  walkable(body, "rows", [...body.querySelectorAll("button")], alongList(page.length, "ArrowUp", "ArrowDown"));
  const table = el("table", { class: "units" }, el("caption", { class: "unseen", text: say("table") }), el("thead", {}, el("tr", {}, columns.map(headCell))), body);
  const count = view.survey.units ? say("listed", { n: counted(rows.length) }) : "";
  return [
    el("p", { class: "measure", text: count + (rows.length === 0 ? say("none_fits") : "") + say(view.survey.units ? "sort_hint" : "sort_groups") }),
    el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": say("table"), "data-key": "table scroll" }, table),
    last > 0 ? pager(last) : null,
    hides(view.all) || view.rows.some(hides) ? el("p", { class: "measure", text: say("hidden_note") }) : null,
  ];
}

function headCell(column) {
  const here = state.sort === column.key, arrow = here ? (state.down ? " ↓" : " ↑") : "";
  const press = () => choose({ sort: column.key, down: here ? !state.down : column.number || column.key === "stage", page: 0 });
  return el("th", { scope: "col", class: column.number ? "n" : "", "aria-sort": here ? (state.down ? "descending" : "ascending") : "none" },
    el("button", { type: "button", class: "sort", "data-key": `sort ${column.key}`, text: column.head + arrow, on: { click: press } }));
}

function tableRow(view, columns, row) {
  const chosen = view.survey.units ? row === view.unit : row.code === state.group;
  const cells = columns.map((column, k) => (k === 0 ? el("th", { scope: "row" }, column.shows(row)) : el("td", { class: column.number ? "n" : "" }, column.shows(row))));
  const line = el("tr", { class: chosen ? "chosen" : "" }, cells);
  if (!chosen || !view.survey.units) return [line];
  return [line, el("tr", { class: "why" }, el("td", { colspan: columns.length }, el("div", {}, reasonsOf(view, row))))];
}

function pager(last) {
  const turn = (by) => () => { state.page = Math.max(0, Math.min(last, state.page + by)); draw(); };
  return el("p", { class: "pager" },
    el("button", { type: "button", class: "plain", "data-key": "page back", "aria-disabled": String(state.page === 0), text: say("page_back"), on: { click: turn(-1) } }),
    el("span", { text: say("page_of", { page: whole(state.page + 1), pages: whole(last + 1) }) }),
    el("button", { type: "button", class: "plain", "data-key": "page forth", "aria-disabled": String(state.page === last), text: say("page_forth"), on: { click: turn(1) } }));
}
