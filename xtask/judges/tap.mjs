// One line for each check, as the Test Anything Protocol writes it: the command that runs these scripts counts them.

let failed = false;

/** Notes a check; `detail` says what was found. */
export function check(name, holds, detail = '') {
  failed ||= !holds;
  console.log(`${holds ? 'ok' : 'not ok'} - ${name}${holds || !detail ? '' : `: ${detail}`}`);
}

/** Ends the script: 1 when a check failed. */
export function end() {
  process.exit(failed ? 1 : 0);
}

/** Sends an operation to the engine. */
export async function ask(url, query, variables = {}, headers = {}) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query, variables }),
  });
  return response.json();
}
