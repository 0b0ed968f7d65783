import { X } from "lucide-react";
import { type ReactNode, useEffect, useId, useRef } from "react";
import { Button } from "./Button";

interface DialogProps {
  title: string;
  onClose: () => void;
  children: ReactNode;
}

/** A modal on the platform's own dialog: focus stays inside, Escape closes, focus returns to the opener. */
export function Dialog({ title, onClose, children }: DialogProps) {
  const host = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const dialog = host.current;
    dialog?.showModal();
    return () => dialog?.close();
  }, []);
  return (
    <dialog
      ref={host}
      aria-labelledby={id}
      onClose={onClose}
      className="w-[min(28rem,calc(100vw-2rem))] rounded-xl border border-line bg-panel p-0 shadow-(--shadow)"
    >
      <header className="flex items-center justify-between border-b border-line py-1.5 pr-2 pl-5">
        <h2 id={id} className="text-lg font-semibold">
          {title}
        </h2>
        <Button look="quiet" size="icon" aria-label="Close" onClick={() => host.current?.close()}>
          <X aria-hidden size={18} />
        </Button>
      </header>
      <div className="flex flex-col gap-4 p-5">{children}</div>
    </dialog>
  );
}
