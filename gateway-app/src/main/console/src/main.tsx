import { render } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { get, post, remember, type Brief, type Pulse, type Session } from './api';
import { Inspector } from './inspect';
import { Cache, Nodes, Overview, Savings } from './live';
import { Say, useAction } from './parts';
import { Playground, Settings, TryCompression } from './tools';

const VIEWS: [string, string][] = [
  ['overview', 'Overview'], ['nodes', 'Nodes'], ['cache', 'Cache'], ['prompts', 'Prompts'],
  ['requests', 'Requests'], ['playground', 'Playground'], ['settings', 'Configuration'],
];
const KEPT = 300;

function place(): [string, string] {
  const [, view, ...rest] = location.hash.split('/');
  return [VIEWS.some(([name]) => name === view) ? view! : 'overview', decodeURIComponent(rest.join('/'))];
}

function usePlace(): [string, string] {
  const [where, setWhere] = useState(place);
  useEffect(() => {
    const moved = () => setWhere(place());
    addEventListener('hashchange', moved);
    return () => removeEventListener('hashchange', moved);
  }, []);
  return where;
}

/** The live numbers, and whether they still come. */
function useLive(sees: boolean): { pulse?: Pulse; past: Brief[]; live: boolean } {
  const [pulse, setPulse] = useState<Pulse>();
  const [past, setPast] = useState<Brief[]>([]);
  const [live, setLive] = useState(false);
  useEffect(() => {
    if (!sees) {
      return;
    }
    const source = new EventSource('api/live');
    source.addEventListener('past', (e) => setPast(JSON.parse((e as MessageEvent<string>).data)));
    source.addEventListener('pulse', (e) => {
      const now = JSON.parse((e as MessageEvent<string>).data) as Pulse;
      setPulse(now);
      setPast((before) => [...before, now].slice(-KEPT));
      setLive(true);
    });
    source.onerror = () => setLive(false);
    return () => source.close();
  }, [sees]);
  return { pulse, past, live };
}

function Theme() {
  const [theme, setTheme] = useState(localStorage.getItem('theme') ?? 'auto');
  useEffect(() => {
    document.documentElement.dataset.theme = theme;
    localStorage.setItem('theme', theme);
  }, [theme]);
  return (
    <select aria-label="colours" value={theme} onChange={(e) => setTheme(e.currentTarget.value)}>
      <option value="auto">as the system</option>
      <option value="light">light</option>
      <option value="dark">dark</option>
    </select>
  );
}

function Login({ session, changed }: { session: Session; changed: (s: Session) => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [said, run, busy] = useAction();
  const login = (credential: string) =>
    run(async () => {
      changed(await post<Session>('login', { credential }));
      dialog.current?.close();
      return '';
    });
  useEffect(() => {
    // As ./tokenlane up prints it: behind the hash, which is never sent to a server.
    const given = /^#token=(.+)$/.exec(location.hash)?.[1];
    if (given) {
      history.replaceState(null, '', location.pathname);
      login(decodeURIComponent(given));
    }
  }, []);
  if (session.who) {
    const logout = () => run(async () => {
      await post('logout', {});
      changed(await get<Session>('session'));
      return '';
    });
    return <span>{session.who} <button class="plain" onClick={logout}>Log out</button></span>;
  }
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    login(String(new FormData(event.target as HTMLFormElement).get('credential')));
  };
  return (
    <>
      <button class="plain" onClick={() => dialog.current?.showModal()}>Log in</button>
      <dialog ref={dialog} aria-labelledby="login-title">
        <h2 id="login-title">Log in</h2>
        {session.login_possible ? (
          <form onSubmit={submit}>
            <label for="credential">API key, web token or console token with the role admin</label>
            <input id="credential" name="credential" type="password" required autocomplete="off" size={32} />{' '}
            <button disabled={busy}>Log in</button>
          </form>
        ) : (
          <p>This gateway knows no credential. Configure <code>tokenlane.security</code> or <code>tokenlane.console.token</code>.</p>
        )}
        <Say text={said} />
        <button class="plain" onClick={() => dialog.current?.close()}>Close</button>
      </dialog>
    </>
  );
}

function Console() {
  const [session, setSession] = useState<Session>({ sees: false, admin: false, login_possible: true });
  const [known, setKnown] = useState(false);
  const changed = (s: Session) => {
    remember(s);
    setSession(s);
    setKnown(true);
  };
  useEffect(() => {
    get<Session>('session').then(changed, () => setKnown(true));
  }, []);
  const [view, rest] = usePlace();
  const { pulse, past, live } = useLive(session.sees);
  const title = VIEWS.find(([name]) => name === view)![1];
  useEffect(() => {
    document.title = `${title} – Tokenlane console`;
  }, [title]);
  return (
    <>
      <a class="skip" href="#main" onClick={(e) => { e.preventDefault(); document.getElementById('main')!.focus(); }}>To the content</a>
      <header>
        <h1>Tokenlane</h1>
        <span role="status" class={live ? 'good' : 'warn'}>{live ? 'live' : session.sees ? 'connecting …' : 'not logged in'}</span>
        <span class="grow" />
        <Theme />
        {known && <Login session={session} changed={changed} />}
      </header>
      <nav aria-label="views">
        {VIEWS.map(([name, label]) => (
          <a key={name} href={`#/${name}`} aria-current={name === view ? 'page' : undefined}>{label}</a>
        ))}
      </nav>
      <main id="main" tabIndex={-1}>
        {known && !session.sees && <p>Log in with a credential of the role <code>admin</code> to see this gateway.</p>}
        {session.sees && view === 'requests' && <Inspector id={rest} />}
        {session.sees && view === 'playground' && <Playground />}
        {session.sees && view === 'settings' && <Settings admin={session.admin} />}
        {session.sees && pulse && (
          <>
            {view === 'overview' && <Overview pulse={pulse} past={past} />}
            {view === 'nodes' && <Nodes pulse={pulse} admin={session.admin} />}
            {view === 'cache' && <Cache pulse={pulse} admin={session.admin} />}
            {view === 'prompts' && <Savings pulse={pulse}><TryCompression /></Savings>}
          </>
        )}
      </main>
    </>
  );
}

render(<Console />, document.getElementById('console')!);
