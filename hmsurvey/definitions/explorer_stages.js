// Scores and answers to a stage, as hmsurvey's own arithmetic has it: the same doubles in the same order, so that no unit comes out differently.
// Knows no page. A missing number is NaN; truths are 0 not met, 1 cannot be told, 2 met.

const POWERS = [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9];
const NOT_MET = 0, UNTOLD = 1, MET = 2;
const SIGNS = { min: "≥", above: ">", max: "≤", below: "<" };

// The nearest whole number, halves to the even one.
function nearest(x) {
  const low = Math.floor(x), rest = x - low;
  if (rest < 0.5) return low;
  if (rest > 0.5) return low + 1;
  return low % 2 === 0 ? low : low + 1;
}

// To nine decimals, as scores meet a cut-off.
function snap(x) {
  return nearest(x * 1e9) / 1e9;
}

// Sweep binary dust: 0.1 + 0.2 + 0.3 is 0.6.
function tidy(x) {
  const near = snap(x);
  return Math.abs(x - near) <= 1e-12 * Math.max(1, Math.abs(near)) ? near : x;
}

// Half away from zero, on the nine-decimal value.
function roundHalfAway(x, decimals) {
  if (decimals >= 9) return snap(x);
  if (!Number.isFinite(x)) return x;
  const size = Math.abs(x), sign = Math.sign(x);
  if (size >= 9e8) return sign * Math.floor(size * POWERS[decimals] + 0.5) / POWERS[decimals] + 0;
  const billionths = nearest(size * 1e9), step = POWERS[9 - decimals];
  const steps = billionths < 2 ** 52
    ? Math.floor((billionths + step / 2) / step)
    : Number((BigInt(billionths) + BigInt(step / 2)) / BigInt(step));
  return sign * steps / POWERS[decimals] + 0;
}

function floats(list) {
  return Float64Array.from(list, (x) => (x === null ? NaN : x));
}

function flags(digits, n) {
  return Uint8Array.from({ length: n }, (_, i) => (digits && digits[i] === "1" ? 1 : 0));
}

// The carried data as typed arrays; `areas` are the scores right below the total, in the model's order.
function readModel(data, areas, n) {
  const children = data.children.map((child, k) => ({
    ...child,
    used: floats(child.share || areas[k].value),
    out: flags(child.out, n),
    earned: child.earned && floats(child.earned),
    possible: child.possible && floats(child.possible),
    applicable: child.applicable && floats(child.applicable),
  }));
  const nodes = {};
  for (const [code, node] of Object.entries(data.nodes)) {
    const area = areas.find((one) => one.code === code);
    nodes[code] = { label: node.label, out: flags(node.out, n), value: area ? floats(area.value) : node.value && floats(node.value) };
  }
  const placeOf = new Map(data.bounds.map((bound, place) => [`${bound.need} ${bound.key}`, place]));
  const keysOf = (need) => data.bounds.filter((b) => b.need === need.code).map((b) => [b.key, placeOf.get(`${b.need} ${b.key}`)]);
  const ready = (need) => ({
    ...need,
    truth: need.truth && Uint8Array.from(need.truth, Number),
    missing: flags(need.missing, n),
    found: need.found && floats(need.found),
    keys: need.nodes && keysOf(need),
    any: need.any && need.any.map(ready),
    all: need.all && need.all.map(ready),
  });
  const asWritten = { weights: data.children.map((c) => c.weight), bounds: data.bounds.map((b) => b.value) };
  return { ...data, n, children, nodes, stages: data.stages.map((needs) => needs.map(ready)), asWritten };
}

// The total of every unit under these weights.
function totals(model, weights) {
  const { total, children, n } = model, result = new Float64Array(n);
  const enough = total.min_available - 1e-12;
  const combine = total.aggregate === "ratio" ? ratio : mean;
  for (let i = 0; i < n; i++) {
    const [value, share] = combine(total, children, weights, i);
    let x = share >= enough && !children.every((child) => child.out[i]) ? value : NaN;
    if (total.decimals !== null) x = roundHalfAway(x, total.decimals);
    result[i] = tidy(x);
  }
  return result;
}

function ratio(total, children, weights, i) {
  let earned = 0, possible = 0, applicable = 0;
  for (let k = 0; k < children.length; k++) {
    earned += weights[k] * children[k].earned[i];
    possible += weights[k] * children[k].possible[i];
    applicable += weights[k] * children[k].applicable[i];
  }
  return [possible > 0 ? total.scale * earned / possible : NaN, applicable > 0 ? possible / applicable : 0];
}

// Weighted mean, sum, minimum or maximum of the children that are there; and the share of the applicable weight that was answered.
function mean(total, children, weights, i) {
  const sums = { whole: 0, answered: 0, applicable: 0, least: Infinity, most: -Infinity, logs: 0, under: 0, nought: false };
  for (let k = 0; k < children.length; k++) {
    const child = children[k], weight = weights[k], value = child.used[i], there = !Number.isNaN(value);
    const inside = child.out[i] || child.bonus ? 0 : 1;
    sums.applicable += weight * inside;
    sums.answered += weight * (there ? inside : 0);
    sums.whole += weight * (there ? value : 0);
    if (there && weight > 0) addTo(sums, total, value, weight);
  }
  return [MEANS[total.aggregate](sums), sums.applicable > 0 ? sums.answered / sums.applicable : 0];
}

function addTo(sums, total, value, weight) {
  const raised = total.zero === "floor" ? Math.max(value, total.floor) : value;
  sums.least = Math.min(sums.least, value);
  sums.most = Math.max(sums.most, value);
  sums.nought = sums.nought || raised === 0;
  sums.logs += weight * Math.log(raised === 0 ? 1 : raised);
  sums.under += weight / (raised === 0 ? 1 : raised);
}

const baseOf = (sums) => (sums.answered > 0 ? sums.answered : NaN);
const MEANS = {
  arithmetic: (sums) => sums.whole / baseOf(sums),
  sum: (sums) => (sums.answered > 0 ? sums.whole : NaN),
  min: (sums) => (Number.isFinite(sums.least) ? sums.least : NaN),
  max: (sums) => (Number.isFinite(sums.most) ? sums.most : NaN),
  geometric: (sums) => (sums.nought && sums.answered > 0 ? 0 : Math.exp(sums.logs / baseOf(sums))),
  harmonic: (sums) => (sums.nought && sums.answered > 0 ? 0 : baseOf(sums) / sums.under),
};

function within(value, keys, bounds) {
  const x = snap(value);
  return keys.every(([key, place]) => {
    const limit = snap(bounds[place]);
    return key === "min" ? x >= limit : key === "above" ? x > limit : key === "max" ? x <= limit : x < limit;
  });
}

// Whether a need is met, for every unit: { truth, missing }.
function judge(need, model, total, bounds) {
  if (need.truth) return need;
  const parts = need.any || need.all;
  return parts ? joined(need, parts.map((part) => judge(part, model, total, bounds)), model.n) : scored(need, model, total, bounds);
}

function joined(need, parts, n) {
  const join = need.any ? Math.max : Math.min, truth = new Uint8Array(n), missing = new Uint8Array(n);
  for (let i = 0; i < n; i++) {
    truth[i] = join(...parts.map((part) => part.truth[i]));
    missing[i] = parts.some((part) => part.missing[i]) ? 1 : 0;
  }
  return { truth, missing };
}

function scored(need, model, total, bounds) {
  const truth = new Uint8Array(model.n).fill(MET), missing = new Uint8Array(model.n);
  for (const code of need.nodes) {
    const { out } = model.nodes[code], values = valuesOf(code, model, total);
    for (let i = 0; i < model.n; i++) {
      const gap = Number.isNaN(values[i]) && !out[i];
      const one = out[i] ? need.na : gap ? UNTOLD : within(values[i], need.keys, bounds) ? MET : NOT_MET;
      truth[i] = Math.min(truth[i], one);
      if (gap) missing[i] = 1;
    }
  }
  return { truth, missing };
}

function valuesOf(code, model, total) {
  return code === model.total.code ? total : model.nodes[code].value;
}

// Every unit staged: totals, place of the stage (highest 0; unstaged comes last), needs judged.
function restage(model, settings) {
  const total = totals(model, settings.weights);
  const judged = model.stages.map((needs) => needs.map((need) => judge(need, model, total, settings.bounds)));
  const place = new Uint8Array(model.n);
  for (let i = 0; i < model.n; i++) place[i] = placeOf(judged, i);
  return { total, judged, place };
}

function placeOf(judged, i) {
  const unstaged = judged.length;
  if (judged.some((needs) => needs.some((one) => one.missing[i]))) return unstaged;
  for (let k = 0; k < judged.length; k++) {
    const truth = judged[k].reduce((low, one) => Math.min(low, one.truth[i]), MET);
    if (truth === MET) return k;
    if (truth === UNTOLD) return unstaged;
  }
  return unstaged;
}

// The need that decided for one unit, as [stage, need]; null for the highest stage.
function deciding(judged, place, i) {
  const first = (test) => {
    for (let k = 0; k < judged.length; k++) {
      for (let j = 0; j < judged[k].length; j++) if (test(judged[k][j], k)) return [k, j];
    }
    return null;
  };
  if (place === judged.length) {
    const ruledOut = (k) => judged[k].some((one) => one.truth[i] === NOT_MET);
    return first((one) => one.missing[i] === 1) || first((one, k) => one.truth[i] === UNTOLD && !ruledOut(k));
  }
  return first((one, k) => k === place - 1 && one.truth[i] === NOT_MET);
}

// What a unit has where a need looks: the worst node's value and code.
function foundBy(need, model, total, i) {
  if (need.found) return { value: need.found[i], node: "" };
  if (!need.nodes) return { value: NaN, node: "" };
  const upward = need.keys.every(([key]) => key === "max" || key === "below");
  let worst = { value: NaN, node: "" };
  for (const code of need.nodes) {
    const value = valuesOf(code, model, total)[i];
    if (Number.isNaN(value)) continue;
    if (Number.isNaN(worst.value) || (upward ? value > worst.value : value < worst.value)) worst = { value, node: need.nodes.length > 1 ? code : "" };
  }
  return worst;
}
