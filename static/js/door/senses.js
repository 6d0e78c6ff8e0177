// One sound and one vibration for each kind of result, so that a helper need not look.
const SOUNDS = { ok: [[880, 0.12]], warn: [[520, 0.12], [520, 0.12]], error: [[220, 0.35]] };
const VIBRATIONS = { ok: [60], warn: [60, 60, 60], error: [250] };
let audio;

// Browsers allow sound only after a tap: called from one.
export const wakeSound = () => {
  audio ??= globalThis.AudioContext ? new AudioContext() : undefined;
  audio?.resume();
};

export const sense = (kind, isLoud) => {
  navigator.vibrate?.(VIBRATIONS[kind]);
  if (!isLoud || audio?.state !== "running") return;
  let at = audio.currentTime;
  for (const [hertz, seconds] of SOUNDS[kind]) {
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    tone.frequency.value = hertz;
    volume.gain.value = 0.2;
    tone.connect(volume).connect(audio.destination);
    tone.start(at);
    tone.stop(at + seconds);
    at += seconds + 0.06;
  }
};
