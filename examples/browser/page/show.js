// What both pages show alike: bars, times, bytes, and an error where the user looks.

export const $ = (selector) => document.querySelector(selector);

/** Puts a bar for each name into an element; gives a function that sets their shares. */
export function bars(place, names) {
  place.replaceChildren(
    ...names.map((name) => {
      const bar = document.createElement("div");
      bar.className = "bar";
      bar.innerHTML = `<span></span><div class="track"><i></i></div><span></span>`;
      bar.firstChild.textContent = name;
      return bar;
    }),
  );
  return (shares) => {
    const best = Math.max(...shares);
    [...place.children].forEach((bar, i) => {
      bar.classList.toggle("best", shares[i] === best && best > 0);
      bar.querySelector("i").style.width = `${100 * shares[i]}%`;
      bar.lastChild.textContent = `${(100 * shares[i]).toFixed(1)} %`;
    });
  };
}

/** A time that people can read. */
export function milliseconds(time) {
  return time < 1 ? `${(1000 * time).toFixed(0)} µs` : `${time.toFixed(time < 10 ? 2 : 1)} ms`;
}

export function bytes(count) {
  return count < 1e6 ? `${(count / 1e3).toFixed(0)} KB` : `${(count / 1e6).toFixed(1)} MB`;
}

/** The index of the highest number. */
export function winner(numbers) {
  return numbers.indexOf(Math.max(...numbers));
}

/** Writes an error where it is seen, and marks the page for who waits for it. */
export function fail(place, error) {
  place.textContent = error.message;
  place.classList.add("error");
  document.body.dataset.state = "failed";
  console.error(error);
}
