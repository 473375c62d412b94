// A line moves over the timeline while a call plays, and a click on the timeline plays from there.
"use strict";
for (const call of document.querySelectorAll("details.call")) {
  const players = call.querySelectorAll("audio"), pictures = call.querySelectorAll("svg.timeline");
  // A comparison has two of each, in the same order.
  if (players.length === pictures.length) players.forEach((audio, at) => wire(audio, pictures[at]));
}
function wire(audio, picture) {
  const { rowNs, gutter, pxPerS, rowHeight } = picture.dataset;
  const row = Number(rowNs) / 1e9, left = Number(gutter), scale = Number(pxPerS), height = Number(rowHeight);
  const needle = document.createElementNS("http://www.w3.org/2000/svg", "path");
  needle.setAttribute("class", "needle");
  picture.append(needle);
  const show = () => {
    const at = Math.floor(audio.currentTime / row);
    const x = left + (audio.currentTime - at * row) * scale;
    needle.setAttribute("d", `M${x} ${at * height + 24}v${height - 46}`);
    if (!audio.paused) requestAnimationFrame(show);
  };
  audio.addEventListener("play", show);
  audio.addEventListener("seeked", show);
  picture.addEventListener("click", (event) => {
    const box = picture.getBoundingClientRect();
    const unit = picture.viewBox.baseVal.width / box.width;
    const x = (event.clientX - box.left) * unit, y = (event.clientY - box.top) * unit;
    const seconds = Math.floor(y / height) * row + (x - left) / scale;
    if (x < left) return;
    const seek = () => { audio.currentTime = seconds; audio.play(); };
    if (audio.readyState > 0) { seek(); return; }
    audio.addEventListener("loadedmetadata", seek, { once: true });
    audio.load();
  });
}
// A link to a call opens it.
const open = () => {
  const call = location.hash && document.getElementById(location.hash.slice(1));
  if (call && call.tagName === "DETAILS") { call.open = true; call.scrollIntoView(); }
};
addEventListener("hashchange", open);
open();
