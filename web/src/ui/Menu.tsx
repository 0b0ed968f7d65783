import clsx from "clsx";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { Button } from "./Button";

interface MenuProps {
  label: string;
  icon: ReactNode;
  text?: string;
  className?: string;
  panelClassName?: string;
  /** Called with a function that closes the menu. */
  children: (close: () => void) => ReactNode;
}

/** A button that discloses a small panel. Escape or a click elsewhere closes it; focus returns to the button. */
export function Menu({ label, icon, text, className, panelClassName, children }: MenuProps) {
  const [isOpen, setOpen] = useState(false);
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!isOpen) return;
    const onPointer = (event: PointerEvent) => {
      if (!host.current?.contains(event.target as Node)) setOpen(false);
    };
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== "Escape") return;
      setOpen(false);
      host.current?.querySelector("button")?.focus();
    };
    document.addEventListener("pointerdown", onPointer);
    document.addEventListener("keydown", onKey);
    return () => {
      document.removeEventListener("pointerdown", onPointer);
      document.removeEventListener("keydown", onKey);
    };
  }, [isOpen]);
  return (
    <div ref={host} className={clsx("relative", className)}>
      <Button
        look="quiet"
        size={text ? "normal" : "icon"}
        className={text ? "px-2" : ""}
        aria-label={label}
        aria-expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
      >
        {icon}
        {text}
      </Button>
      {isOpen ? (
        <div
          className={clsx(
            "absolute top-full right-0 z-30 mt-1.5 min-w-52 rounded-xl border border-line bg-panel p-1.5 shadow-(--shadow)",
            panelClassName,
          )}
        >
          {children(() => setOpen(false))}
        </div>
      ) : null}
    </div>
  );
}

interface MenuRowProps {
  icon?: ReactNode;
  isCurrent?: boolean;
  onSelect: () => void;
  children: ReactNode;
}

/** One action or choice of a menu. */
export function MenuRow({ icon, isCurrent, onSelect, children }: MenuRowProps) {
  return (
    <button
      type="button"
      aria-pressed={isCurrent}
      onClick={onSelect}
      className={clsx(
        "flex min-h-9 w-full items-center gap-2.5 rounded-lg px-2.5 text-left hover:bg-hover",
        isCurrent && "bg-accent-soft text-accent",
      )}
    >
      {icon}
      {children}
    </button>
  );
}
