import clsx from "clsx";
import type { ComponentProps } from "react";

type Look = "primary" | "plain" | "quiet" | "danger" | "buy" | "sell";

const LOOKS: Readonly<Record<Look, string>> = {
  primary: "bg-accent text-on-accent hover:brightness-110 font-semibold",
  plain: "border border-line-strong text-text hover:bg-hover font-medium",
  quiet: "text-muted hover:bg-hover hover:text-text font-medium",
  danger: "border border-down text-down hover:bg-down-soft font-medium",
  buy: "bg-up-fill text-on-fill hover:brightness-110 font-semibold",
  sell: "bg-down-fill text-on-fill hover:brightness-110 font-semibold",
};

interface ButtonProps extends ComponentProps<"button"> {
  look?: Look;
  size?: "small" | "normal" | "large" | "icon";
}

const SIZES = {
  small: "min-h-7 px-2.5 text-sm",
  normal: "min-h-9 px-3.5",
  large: "min-h-11 px-4 text-lg",
  icon: "size-9 justify-center",
} as const;

/** A button in one of six looks; every size is at least 24 px high. */
export function Button({ look = "plain", size = "normal", className, type = "button", ...rest }: ButtonProps) {
  return (
    <button
      type={type}
      className={clsx(
        "inline-flex shrink-0 items-center justify-center gap-1.5 whitespace-nowrap rounded-lg transition-colors",
        "disabled:border-line disabled:bg-hover disabled:text-muted disabled:hover:brightness-100",
        size === "icon" && look === "quiet" && "disabled:bg-transparent",
        LOOKS[look],
        SIZES[size],
        className,
      )}
      {...rest}
    />
  );
}
