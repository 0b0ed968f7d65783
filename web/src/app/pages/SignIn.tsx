import { useNavigate } from "@tanstack/react-router";
import { useCallback } from "react";
import { SignInPage } from "../../features/identity/SignInPage";
import { useReady } from "../ready";
import { startSession } from "../session";

export function SignIn() {
  const navigate = useNavigate();
  useReady(true);
  const onSignedIn = useCallback(async () => {
    await startSession();
    await navigate({ to: "/trade", replace: true });
  }, [navigate]);
  return <SignInPage onSignedIn={onSignedIn} />;
}
