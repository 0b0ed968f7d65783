import { useState } from "react";
import { Button } from "./Button";

interface DeleteButtonProps {
  disabled: boolean;
  /** What it says once it was pressed, and is about to be pressed again. */
  asks?: string;
  onDelete: () => void;
}

/** Deletes when it is pressed twice; whoever looks elsewhere in between has changed their mind. */
export function DeleteButton({ disabled, asks = "Really delete", onDelete }: DeleteButtonProps) {
  const [isSure, setSure] = useState(false);
  return (
    <Button
      look={isSure ? "danger" : "quiet"}
      size="small"
      disabled={disabled}
      onBlur={() => setSure(false)}
      onClick={() => (isSure ? onDelete() : setSure(true))}
    >
      {isSure ? asks : "Delete"}
    </Button>
  );
}
