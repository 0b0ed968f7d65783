import clsx from "clsx";
import { CalendarClock, Pause, Play, SkipForward } from "lucide-react";
import { type FormEvent, useState } from "react";
import type { Tape, TapeControl } from "../../api/types";
import { speed as speedWords } from "../../lib/format";
import { clock, date, dateTime, exchangeDay, exchangeInstant, shortDateTime, utc, weekday, zone } from "../../lib/time";
import { Button } from "../../ui/Button";
import { TextField } from "../../ui/Field";
import { Menu, MenuRow } from "../../ui/Menu";
import { useControlTape } from "./queries";

const SPEEDS = ["1", "60", "3600", "86400", "604800", "max"];

/** The tape's clock and everything that moves it. */
export function ReplayBar({ tape }: { tape: Tape }) {
  const control = useControlTape(tape.id);
  const isBusy = control.isPending;
  const isStuck = !tape.can_control || tape.has_ended;
  const run = (command: TapeControl) => control.mutate(command);
  return (
    <div
      className="flex min-w-0 flex-wrap items-center gap-x-3 gap-y-1.5 max-sm:gap-x-1.5 max-sm:justify-between"
      data-tape-state={tape.state}
    >
      <TapeClock tape={tape} isMoving={isBusy} />
      <fieldset className="flex items-center gap-1 max-sm:gap-0">
        <legend className="sr-only">Tape controls</legend>
        <PlayButton tape={tape} disabled={isStuck || isBusy} onRun={run} />
        <Button
          look="quiet"
          size="icon"
          aria-label="Step one session"
          title="Step one session"
          disabled={isStuck || isBusy || tape.state === "playing"}
          onClick={() => run({ action: "step", unit: "session", count: 1 })}
        >
          <SkipForward aria-hidden size={17} />
        </Button>
        <SpeedSelect tape={tape} onRun={run} />
        <JumpMenu tape={tape} disabled={isStuck || isBusy} onRun={run} />
      </fieldset>
      <ReplayNote tape={tape} problem={control.error} isStillMoving={control.data?.reached === false} />
    </div>
  );
}

function TapeClock({ tape, isMoving }: { tape: Tape; isMoving: boolean }) {
  const nextChange = tape.session_open
    ? `closes ${shortDateTime(tape.next_close_at)}`
    : `opens ${shortDateTime(tape.next_open_at)}`;
  return (
    <div className="flex min-w-0 items-center gap-2.5 max-sm:gap-1.5">
      <span
        className="rounded-md bg-sim-soft px-1.5 py-0.5 text-xs font-semibold tracking-wide text-sim"
        title="Simulated: a recorded market, replayed. No order here reaches a real market."
      >
        SIM
      </span>
      <p
        className={clsx("figures leading-tight", isMoving && "opacity-70")}
        title={utc(tape.at)}
        data-tape-at={tape.at}
      >
        <span className="block font-semibold whitespace-nowrap">
          {weekday(tape.at)} {date(tape.at)}
        </span>
        <span className="block text-xs whitespace-nowrap text-muted" title={`Session ${nextChange}`}>
          {clock(tape.at)} {zone(tape.at)} ·{" "}
          <span className={tape.session_open ? "text-up" : ""}>{tape.session_open ? "open" : "closed"}</span>
        </span>
      </p>
    </div>
  );
}

interface ControlProps {
  tape: Tape;
  disabled?: boolean;
  onRun: (command: TapeControl) => void;
}

function PlayButton({ tape, disabled, onRun }: ControlProps) {
  const isPlaying = tape.state === "playing";
  return (
    <Button
      look={isPlaying ? "plain" : "primary"}
      size="icon"
      aria-label={isPlaying ? "Pause the tape" : "Play the tape"}
      title={isPlaying ? "Pause" : "Play"}
      disabled={disabled}
      onClick={() => onRun({ action: isPlaying ? "pause" : "play" })}
    >
      {isPlaying ? <Pause aria-hidden size={17} /> : <Play aria-hidden size={17} className="translate-x-px" />}
    </Button>
  );
}

function SpeedSelect({ tape, onRun }: ControlProps) {
  const current = tape.speed.replace(/\.0+$/, "");
  const choices = SPEEDS.includes(current) ? SPEEDS : [current, ...SPEEDS];
  return (
    <select
      aria-label="Tape speed"
      title="Tape time that passes in one second"
      className="control figures w-27 text-sm max-sm:w-22 max-sm:pl-2"
      disabled={!tape.can_control}
      value={current}
      onChange={(event) => onRun({ action: "speed", speed: event.target.value })}
    >
      {choices.map((value) => (
        <option key={value} value={value}>
          {speedWords(value)}
        </option>
      ))}
    </select>
  );
}

function JumpMenu({ tape, disabled, onRun }: ControlProps) {
  if (disabled) {
    return (
      <Button look="quiet" size="icon" aria-label="Jump" disabled>
        <CalendarClock aria-hidden size={17} />
      </Button>
    );
  }
  return (
    <Menu
      label="Jump"
      icon={<CalendarClock aria-hidden size={17} />}
      panelClassName="w-68 max-sm:fixed max-sm:inset-x-4 max-sm:top-28 max-sm:w-auto"
    >
      {(close) => {
        const jump = (to: string) => {
          close();
          onRun({ action: "jump", to });
        };
        return (
          <>
            <MenuRow onSelect={() => jump("next_open")}>
              <JumpTarget name="Next open" at={tape.next_open_at} />
            </MenuRow>
            <MenuRow onSelect={() => jump("next_close")}>
              <JumpTarget name="Next close" at={tape.next_close_at} />
            </MenuRow>
            <MenuRow onSelect={() => jump("next_fill")}>Next fill</MenuRow>
            <JumpToDate tape={tape} onJump={jump} />
          </>
        );
      }}
    </Menu>
  );
}

function JumpTarget({ name, at }: { name: string; at: string | null }) {
  return (
    <span className="flex w-full items-baseline justify-between gap-3">
      {name}
      <span className="figures text-xs text-muted">{at ? shortDateTime(at) : ""}</span>
    </span>
  );
}

function JumpToDate({ tape, onJump }: { tape: Tape; onJump: (to: string) => void }) {
  const today = exchangeDay(tape.at);
  const [day, setDay] = useState("");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (day > today) onJump(exchangeInstant(day, "16:00"));
  };
  return (
    <form onSubmit={submit} className="mt-1.5 flex items-end gap-2 border-t border-line p-2.5">
      <TextField
        label="To the close of"
        type="date"
        required
        min={today}
        value={day}
        onChange={(event) => setDay(event.target.value)}
        className="flex-1"
      />
      <Button type="submit" look="primary" disabled={!(day > today)}>
        Jump
      </Button>
    </form>
  );
}

interface ReplayNoteProps {
  tape: Tape;
  problem: Error | null;
  /** The server stopped waiting before the tape got where it was sent. */
  isStillMoving: boolean;
}

function ReplayNote({ tape, problem, isStillMoving }: ReplayNoteProps) {
  if (problem) {
    return (
      <p role="alert" className="text-sm text-down">
        {problem.message}
      </p>
    );
  }
  if (tape.has_ended)
    return <p className="text-sm text-warn">The tape has no more prices after {dateTime(tape.at)}.</p>;
  if (tape.stopped_by === "nothing_open") return <p className="text-sm text-warn">No order is open that could fill.</p>;
  if (isStillMoving && !tape.reached) return <p className="text-sm text-muted">The tape is still on its way…</p>;
  return null;
}
