import { useEffect, useState } from 'preact/hooks';
import { get, post, send, type Change, type Preview, type Reloaded, type Settings as Loaded } from './api';
import { Card, Difference, number, Say, Table, Tiles, useAction } from './parts';

export function TryCompression() {
  const [preview, setPreview] = useState<Preview>();
  const [said, run, busy] = useAction();
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.target as HTMLFormElement);
    run(async () => {
      const body = { model: 'preview', messages: [{ role: 'user', content: form.get('prompt') }] };
      const made = await post<Preview>(`compress?route=${encodeURIComponent(String(form.get('route')))}`, body);
      setPreview(made);
      return `${made.original - made.sent} of ${made.original} tokens saved.`;
    });
  };
  return (
    <Card title="Before and after">
      <form onSubmit={submit}>
        <label for="prompt">a prompt; it is not sent to any model and not kept</label>
        <textarea id="prompt" name="prompt" required />
        <label for="route">route whose rules hold</label>
        <input id="route" name="route" value="tokenlane-nodes" />{' '}
        <button disabled={busy}>Compress</button>
      </form>
      <Say text={said} />
      {preview && (
        <>
          {Object.keys(preview.saved).length > 0 && (
            <Table caption="Saved by rule" head={['rule', 'tokens']} rows={Object.entries(preview.saved).map(([k, v]) => [k, number(v)])} />
          )}
          <Difference before={preview.before.join('\n\n')} after={preview.messages.map((m) => m.text).join('\n\n')} />
        </>
      )}
    </Card>
  );
}

interface Turn { role: string; content: string }
type How = [string, string][];

export function Playground() {
  const [models, setModels] = useState<string[]>([]);
  const [turns, setTurns] = useState<Turn[]>([]);
  const [how, setHow] = useState<How>([]);
  const [said, run, busy] = useAction();
  useEffect(() => {
    get<{ data: { id: string }[] }>('models').then((all) => setModels(all.data.map((m) => m.id)), () => setModels([]));
  }, []);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.target as HTMLFormElement);
    const asked = [...turns, { role: 'user', content: String(form.get('question')) }];
    setTurns(asked);
    run(async () => {
      const began = performance.now();
      const response = await send('chat', {
        model: form.get('model'), stream: true, temperature: Number(form.get('temperature')), messages: asked,
      });
      let first = 0;
      let text = '';
      for await (const delta of deltas(response)) {
        first ||= performance.now() - began;
        text += delta;
        setTurns([...asked, { role: 'assistant', content: text }]);
      }
      setHow(tells(response, first, performance.now() - began));
      return 'The answer is complete.';
    });
  };
  return (
    <Card title="Playground">
      <div aria-live="polite" data-test="chat">
        {turns.map((turn, i) => (
          <p key={i} class="break"><strong>{turn.role === 'user' ? 'You' : 'Model'}:</strong> {turn.content}</p>
        ))}
      </div>
      <form onSubmit={submit}>
        <label for="question">message</label>
        <textarea id="question" name="question" required />
        <div class="row">
          <label for="model">model</label>
          <select id="model" name="model">{models.map((m) => <option key={m}>{m}</option>)}</select>{' '}
          <label for="temperature">temperature (0: the answer may be stored and reused)</label>
          <input id="temperature" name="temperature" type="number" min="0" max="2" step="0.1" value="0" />{' '}
          <button disabled={busy || models.length === 0}>Send</button>{' '}
          <button type="button" class="plain" onClick={() => { setTurns([]); setHow([]); }}>Start again</button>
        </div>
      </form>
      <Say text={said} />
      {how.length > 0 && <Tiles of={how} />}
    </Card>
  );
}

function tells(response: Response, first: number, total: number): How {
  const how: How = [['first token', `${number(first)} ms`], ['total', `${number(total)} ms`]];
  const names: [string, string][] = [
    ['x-tokenlane-prompt-tokens', 'prompt tokens'], ['cache-status', 'cache'], ['x-tokenlane-node', 'node'],
    ['server-timing', 'server timing'], ['x-request-id', 'request'],
  ];
  for (const [field, name] of names) {
    const value = response.headers.get(field);
    if (value) {
      how.push([name, value]);
    }
  }
  return how;
}

/** The texts of a stream of chat completion chunks. */
async function* deltas(response: Response): AsyncGenerator<string> {
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    rest += value ?? '';
    const lines = rest.split('\n');
    rest = done ? '' : lines.pop()!;
    for (const line of lines) {
      if (!line.startsWith('data:') || line.includes('[DONE]')) {
        continue;
      }
      const chunk = JSON.parse(line.slice(5)) as { error?: { message: string }; choices?: { delta?: { content?: string; reasoning_content?: string } }[] };
      if (chunk.error) {
        throw new Error(chunk.error.message);
      }
      const delta = chunk.choices?.[0]?.delta;
      yield (delta?.reasoning_content ?? '') + (delta?.content ?? '');
    }
    if (done) {
      return;
    }
  }
}

export function Settings({ admin }: { admin: boolean }) {
  const [shown, setShown] = useState<Loaded>();
  const [said, run, busy] = useAction();
  const load = async () => setShown(await get<Loaded>('settings'));
  useEffect(() => {
    const quietly = () => void load().catch(() => undefined);
    quietly();
    const timer = setInterval(quietly, 3000);
    return () => clearInterval(timer);
  }, []);
  const reload = () =>
    run(async () => {
      try {
        const done = await post<Reloaded>('reload', {});
        return done.outcome === 'applied' ? `Taken over: ${done.changes.map((c) => c.name).join(', ')}.` : 'Nothing to take over.';
      } finally {
        await load();
      }
    });
  const files = shown?.files ?? [];
  return (
    <>
      <Card title="Files">
        {shown && files.length === 0 && <p class="quiet">No file was given (./tokenlane gateway --config FILE).</p>}
        {shown?.complaint && <p class="bad break">The gateway would not start with what the files say: {shown.complaint}</p>}
        {files.map((file) => (
          <section key={file.file} aria-label={file.file}>
            <h3 class="break">{file.file}</h3>
            {(file.changes ?? []).length > 0
              ? <Changes caption="Changed since it was loaded" changes={file.changes!} from="loaded" to="in the file now" />
              : file.changes && <p class="good">As loaded.</p>}
          </section>
        ))}
        {files.length > 0 && (
          <button onClick={reload} disabled={!admin || busy} title={admin ? '' : 'needs a login with the role admin'}>Reload</button>
        )}
        <Say text={said} />
      </Card>
      <Card title="Reloads">
        {(shown?.reloads ?? []).length === 0 && <p class="quiet">None since the start.</p>}
        {(shown?.reloads ?? []).map((one) => <OneReload key={one.at} reload={one} />)}
      </Card>
      <Card title="Configuration as loaded">
        <Table caption="Secrets are hidden" head={['property', 'value', 'from']}
          rows={(shown?.loaded ?? []).map((row) => [<code>{row.name}</code>, <span class="break">{row.value}</span>, <span class="quiet break">{row.from}</span>])} />
      </Card>
    </>
  );
}

function Changes({ caption, changes, from, to }: { caption: string; changes: Change[]; from: string; to: string }) {
  return (
    <Table caption={caption} head={['property', from, to]}
      rows={changes.map((c) => [<code>{c.name}</code>, <del class="break">{c.before ?? ''}</del>, <ins class="break">{c.after ?? ''}</ins>])} />
  );
}

function OneReload({ reload }: { reload: Reloaded }) {
  const at = new Date(reload.at).toLocaleTimeString();
  return (
    <section aria-label={`Reload at ${at}`}>
      <h3>{at}: <span class={reload.outcome === 'refused' ? 'bad' : 'good'}>{reload.outcome}</span></h3>
      {reload.complaint && <p class="bad break">{reload.complaint}</p>}
      {reload.changes.length > 0 && <Changes caption={`Taken over at ${at}`} changes={reload.changes} from="before" to="after" />}
      {reload.afterRestart.length > 0 && <Changes caption={`Differed at ${at}, holds after a restart`} changes={reload.afterRestart} from="holds" to="in the file" />}
    </section>
  );
}
