import { useNavigate } from "@tanstack/react-router";
import { useCallback, useState } from "react";
import { SignInPage } from "../../features/identity/SignInPage";
import { useReady } from "../ready";
import { startSession } from "../session";

/** The sign-in page; a link that signs in goes straight on to the desk. */
export function SignIn() {
  const navigate = useNavigate();
  const [isByForm] = useState(() => !window.location.hash.includes("token="));
  useReady(isByForm);
  const onSignedIn = useCallback(async () => {
    await startSession();
    await navigate({ to: "/trade", replace: true });
  }, [navigate]);
  return <SignInPage onSignedIn={onSignedIn} />;
}
