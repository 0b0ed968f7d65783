import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { get, patch, post, remove } from "../../api/client";
import { keys } from "../../api/keys";
import type {
  ApiKey,
  CreatedApiKey,
  Enrolment,
  Login,
  Me,
  Page,
  Preferences,
  RecoveryCodes,
  Scope,
  SecondFactor,
} from "../../api/types";

/** Who is signed in. Fails with 401 when nobody is. */
export const meQuery = queryOptions({
  queryKey: keys.me,
  queryFn: ({ signal }) => get<Me>("/me", {}, signal),
});

/** The keys of the signed-in user; secrets are never among them. */
export const apiKeysQuery = queryOptions({
  queryKey: keys.apiKeys,
  queryFn: ({ signal }) => get<Page<ApiKey>>("/keys", { limit: 100 }, signal),
});

/** What proves who you are: the link's token, or e-mail and password; and a code where a second factor asks for one. */
export type Credentials = ({ link_token: string } | { email: string; password: string }) & { code?: string };

/** Signs in; the answer's cookie is what later calls use. */
export function useSignIn() {
  return useMutation({ mutationFn: (credentials: Credentials) => post<Login>("/logins", credentials) });
}

/** Ends this browser's session. */
export function useSignOut() {
  return useMutation({ mutationFn: () => remove("/logins/current") });
}

/** What the signed-in reader prefers. */
export const preferencesQuery = queryOptions({
  queryKey: keys.preferences,
  queryFn: ({ signal }) => get<Preferences>("/me/preferences", {}, signal),
});

/** Saves what is preferred; the answer is what holds from now on. */
export function useSavePreferences() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (preferred: Preferences) => patch<Preferences>("/me/preferences", preferred),
    onSuccess: (saved) => cache.setQueryData(keys.preferences, saved),
  });
}

/** Has everything back as it was at first. */
export function useResetPreferences() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: () => remove<Preferences>("/me/preferences"),
    onSuccess: (atFirst) => cache.setQueryData(keys.preferences, atFirst),
  });
}

/** Whether signing in takes a code. */
export const secondFactorQuery = queryOptions({
  queryKey: keys.secondFactor,
  queryFn: ({ signal }) => get<SecondFactor>("/me/second-factor", {}, signal),
});

/** Begins a second factor; its answer is the only time the key exists outside the server. */
export function useBeginSecondFactor() {
  return useMutation({
    mutationFn: (password: string) => post<Enrolment>("/me/second-factor", password ? { password } : {}),
  });
}

/** Confirms it with a code; the answer has the recovery codes, this once. */
export function useConfirmSecondFactor() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (code: string) => post<RecoveryCodes>("/me/second-factor/confirmation", { code }),
    onSuccess: () => cache.invalidateQueries({ queryKey: keys.secondFactor }),
  });
}

/** Removes it, with password and code. */
export function useRemoveSecondFactor() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: ({ password, code }: { password: string; code: string }) =>
      post<void>("/me/second-factor/removal", { code, ...(password ? { password } : {}) }),
    onSuccess: () => cache.invalidateQueries({ queryKey: keys.secondFactor }),
  });
}

/** What a new key may do and for how long. */
export interface NewKey {
  name: string;
  scopes: Scope[];
  expires_at: string | null;
}

/** Creates a key; its answer is the only time the secret exists outside the server. */
export function useCreateKey() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (key: NewKey) => post<CreatedApiKey>("/keys", key),
    onSuccess: () => cache.invalidateQueries({ queryKey: keys.apiKeys }),
  });
}

/** Revokes a key at once. */
export function useRevokeKey() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => remove(`/keys/${id}`),
    onSuccess: () => cache.invalidateQueries({ queryKey: keys.apiKeys }),
  });
}
