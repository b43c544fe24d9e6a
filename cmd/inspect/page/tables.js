// The parts below the map. Each function returns elements, or nothing if there is nothing to say.

function configPart({report}) {
  const config = report.config.config ?? {};
  const words = (list) => (list ?? []).map((word) => JSON.stringify(word)).join(" ");
  const pairs = [["platform", report.platform], ["created", report.created],
    ["manifest", report.manifest], ["entry point", words(config.Entrypoint)],
    ["command", words(config.Cmd)], ["user", config.User], ["directory", config.WorkingDir],
    ["environment", (config.Env ?? []).join("\n")],
    ["labels", Object.entries(config.Labels ?? {}).map((pair) => pair.join("=")).join("\n")]];
  return [makeList(pairs.filter((pair) => pair[1]))];
}

function layersPart({report}, go) {
  const rows = report.layers.map((layer, i) => [
    linkButton(`${layer.number}`, () => go.toGroup("layer", i)), sizeText(layer.size),
    sizeText(layer.unpacked), layer.files.toLocaleString("en"), sizeText(layer.hiddenBytes),
    layer.packages.slice(0, 4).map((one) => one.name).join(", "), layer.createdBy ?? "",
    layer.digest.slice(0, 19)]);
  const caption = `${counted(rows.length, "layer")}, ${sizeText(report.size)} stored, ` +
      `${sizeText(report.unpacked)} unpacked`;
  return [makeTable(caption, ["layer", "#stored", "#unpacked", "#files", "#hidden", "packages",
    "made by", "digest"], rows)];
}

function packagesPart({report}, go) {
  const order = report.packages.map((one, i) => [one, i]).sort((a, b) => b[0].size - a[0].size);
  const rows = order.map(([one, i]) => () => [
    one.files > 0 ? linkButton(one.name, () => go.toGroup("package", i)) : one.name, one.version,
    one.kind, sizeText(one.size), one.files.toLocaleString("en"), one.layer]);
  return rows.length > 0 && [makeTable(counted(rows.length, "package"),
      ["package", "version", "of", "#size", "#files", "#layer"], rows)];
}

function wastePart({report}, go) {
  const {waste} = report;
  const parts = [element("p", {}, `${sizeText(waste.bytes)} of ${sizeText(report.contentBytes)} ` +
      `are stored in vain: ${sizeText(waste.duplicateBytes)} twice, ` +
      `${sizeText(waste.hiddenBytes)} hidden.`)];
  if (waste.duplicates.length > 0) {
    parts.push(makeTable(`${counted(waste.duplicateContents, "content")} stored more than once`,
        ["#wasted", "#size", "#copies", "paths"], waste.duplicates.map((one) => () => [
          sizeText(one.size * (one.copies - 1)), sizeText(one.size), one.copies,
          pathButtons(one.paths, go)])));
  }
  if (waste.hidden.length > 0) {
    parts.push(makeTable(`${counted(waste.hiddenFiles, "file")} that no container sees`,
        ["#size", "#layer", "#hidden by", "path"], waste.hidden.map((one) => [
          sizeText(one.size), one.layer, one.hiddenBy, `/${one.path}`])));
  }
  return parts;
}

function pathButtons(paths, go) {
  const shown = paths.slice(0, 5).map((path) => element("div", {}, linkButton(`/${path}`,
      () => go.toPath(path))));
  if (paths.length > 5) shown.push(element("div", {}, `and ${paths.length - 5} more`));
  return element("div", {}, ...shown);
}

// What the image would have more if each link to a file were a file.
function savedPart({tree}) {
  const saved = {h: [0, 0], l: [0, 0]};
  for (const [i] of tree.texts) {
    const end = tree.targets[i];
    if (end < 0 || (tree.kinds[end] !== "-" && tree.kinds[end] !== "h")) continue;
    ++saved[tree.kinds[i]][0];
    saved[tree.kinds[i]][1] += tree.sizes[end];
  }
  return [element("p", {id: "saved"}, `${sizeText(saved.h[1] + saved.l[1])} are saved by storing ` +
      `once: ${counted(saved.l[0], "symlink")} to files in place of ${sizeText(saved.l[1])}, ` +
      `${counted(saved.h[0], "hardlink")} in place of ${sizeText(saved.h[1])}.`)];
}

function linkRow(tree, report, go, root, i) {
  const end = tree.targets[i];
  const owner = report.packages[tree.owners[end]];
  return [`${pathOf(tree, i).slice(root.length)}`, tree.texts.get(i) || "(hardlink)",
    end === -2 ? "/" : end < 0 ? element("span", {class: "error"}, "nowhere") :
      linkButton(`/${pathOf(tree, end)}`, () => go.toNode(end)),
    end >= 0 ? sizeText(tree.sizes[end]) : "", owner ? packageName(owner) : ""];
}

function venvPart({tree, report}, go) {
  const parts = [];
  for (let i = 0; i < tree.names.length; ++i) {
    if (tree.names[i] !== "pyvenv.cfg") continue;
    const at = tree.parents[i];
    const links = [];
    for (let k = at + 1; k < (at < 0 ? tree.names.length : tree.after[at]); ++k) {
      if (tree.texts.has(k)) links.push(k);
    }
    const path = at < 0 ? "" : pathOf(tree, at);
    const broken = links.filter((k) => tree.targets[k] === -1).length;
    parts.push(element("h3", {}, linkButton(`/${path}`, () => go.toNode(at))),
        makeTable(`${counted(links.length, "link")}, ${broken} of them lead nowhere`,
            ["link", "text", "leads to", "#size", "package"],
            links.map((k) => () => linkRow(tree, report, go, at < 0 ? "" : `${path}/`, k))));
  }
  return parts.length > 0 && parts;
}

function checksPart({findings}) {
  const counts = ["error", "warning", "note"].map((severity) => counted(
      findings.filter((one) => one.severity === severity).length, severity));
  const rows = findings.map((one) => () => [
    element("span", {class: one.severity}, one.severity), one.check, one.count,
    one.path ? `/${one.path}` : "the image",
    element("div", {}, one.reason, ...(one.others ?? []).map((path) => element("div",
        {class: "hint"}, `also /${path}`)), ...(one.help ? [element("div", {class: "hint"},
        `help: ${one.help}`)] : []))]);
  return [makeTable(counts.join(", "), ["severity", "check", "#paths", "path", "reason"], rows)];
}

function packageChange({before, after, added, removed, changed}) {
  const change = (after?.size ?? 0) - (before?.size ?? 0);
  return [(after ?? before).name, before?.version ?? "", after?.version ?? "",
    `${change < 0 ? "-" : "+"}${sizeText(Math.abs(change))}`, added, removed, changed];
}

function pushPart({since, report}) {
  if (!since) return false;
  const {fileChanges: files} = since;
  const layers = since.layers.map(({relation, before, after, reasons}) => [
    relation, after?.number ?? "", before?.number ?? "", sizeText((after ?? before).size),
    (reasons ?? []).map((one) => `${one.reason}: ${one.detail}`).join("; ")]);
  return [
    element("p", {id: "push"}, `A registry that has ${since.before.image} needs ` +
        `${sizeText(since.newBytes)} more for ${report.image}, and has ` +
        `${sizeText(since.keptBytes)} already.`),
    makeTable("Layers", ["relation", "#here", "#there", "#stored", "why the digests differ"],
              layers),
    makeTable("Packages", ["package", "there", "here", "#change", "#added", "#removed", "#changed"],
              since.packages.map((one) => () => packageChange(one))),
    makeTable("Settings", ["name", "there", "here"],
              since.config.map((one) => [one.name, one.before ?? "", one.after ?? ""])),
    makeTable(`Paths: ${files.added} added, ${files.removed} removed, ${files.changed} changed`,
              ["path", "what"], since.changes.map(([path, what]) => () => [`/${path}`, what]))];
}

function addTables(data, go) {
  const sections = [["push", "What would be pushed", pushPart], ["checks", "Checks", checksPart],
    ["layers", "Layers", layersPart], ["packages", "Packages", packagesPart],
    ["waste", "Stored in vain", wastePart], ["once", "Stored once", savedPart],
    ["venv", "Virtual environments", venvPart], ["config", "Config", configPart]];
  const menu = document.getElementById("sections");
  menu.append(element("a", {href: "#map"}, "Map"));
  for (const [id, title, make] of sections) {
    const parts = make(data, go);
    if (!parts) continue;
    menu.append(element("a", {href: `#${id}-part`}, title));
    document.getElementById("tables").append(
        element("section", {id: `${id}-part`, "aria-labelledby": `${id}-title`},
                element("h2", {id: `${id}-title`}, title), ...parts));
  }
}
