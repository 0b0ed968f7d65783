import { useMutation, useQueryClient } from "@tanstack/react-query";
import { patch, post, remove } from "../../api/client";
import { keys } from "../../api/keys";
import type { Account, OpenAccount } from "../../api/types";

/** What can be done with an account as a whole. */
export type AccountWish =
  | { do: "open"; body: Partial<OpenAccount> & { name: string; tape_id: string } }
  | { do: "change"; id: string; body: { name?: string; status?: "open" | "inactive" } }
  | { do: "reset"; id: string; cash: string }
  | { do: "close"; id: string };

function ask(wish: AccountWish): Promise<Account> {
  switch (wish.do) {
    case "open":
      return post<Account>("/accounts", wish.body);
    case "change":
      return patch<Account>(`/accounts/${wish.id}`, wish.body);
    case "reset":
      return post<Account>(`/accounts/${wish.id}/reset`, { cash: wish.cash });
    case "close":
      return remove<Account>(`/accounts/${wish.id}`);
  }
}

/** Opens, changes, resets or closes an account, and reads again what that made untrue. */
export function useAccountWish() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: ask,
    onSuccess: (account) =>
      Promise.all([
        cache.invalidateQueries({ queryKey: keys.accounts }),
        cache.invalidateQueries({ queryKey: keys.account(account.id) }),
      ]),
  });
}
