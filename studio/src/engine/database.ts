// The browser's storage of this page: named stores of plain data, changed as a whole or not at all.
import type { Text } from "../text.ts";
import { StudioError } from "./studioError.ts";

export interface StoreForm {
  /** The field that is the key of a record; keys stand beside the records unless given. */
  readonly keyPath?: string;
}

export class Database<Store extends string> {
  readonly #name: string;
  readonly #stores: Readonly<Record<Store, StoreForm>>;
  readonly #hint: Text;
  #opened: Promise<IDBDatabase> | null = null;

  /** @param hint what a person can do where the browser keeps nothing */
  constructor(name: string, stores: Readonly<Record<Store, StoreForm>>, hint: Text) {
    this.#name = name;
    this.#stores = stores;
    this.#hint = hint;
  }

  /**
   * One transaction: all that `body` does is kept, or nothing.
   * @returns the result of the request that `body` returns
   * @throws StudioError where the browser keeps nothing for this page, or has no room left
   */
  async transact<Result>(
    mode: IDBTransactionMode,
    body: (store: (name: Store) => IDBObjectStore) => IDBRequest<Result>,
  ): Promise<Result> {
    const db = await this.#open();
    try {
      const transaction = db.transaction(Object.keys(this.#stores), mode);
      const over = new Promise<void>((done, failed) => {
        transaction.addEventListener("complete", () => done());
        transaction.addEventListener("abort", () => failed(transaction.error));
      });
      const request = body((name) => transaction.objectStore(name));
      const [result] = await Promise.all([resultOf(request), over]);
      return result;
    } catch (cause) {
      throw this.#unavailable(cause);
    }
  }

  #open(): Promise<IDBDatabase> {
    this.#opened ??= this.#openAnew().catch((error: unknown) => {
      this.#opened = null;
      throw error;
    });
    return this.#opened;
  }

  async #openAnew(): Promise<IDBDatabase> {
    try {
      const request = indexedDB.open(this.#name, 1);
      request.addEventListener("upgradeneeded", () => {
        for (const [name, form] of Object.entries<StoreForm>(this.#stores))
          request.result.createObjectStore(name, form);
      });
      const db = await resultOf(request);
      const forget = (): void => {
        this.#opened = null;
      };
      db.addEventListener("close", forget);
      // The person clears the page's data: what is open must not stand in the way.
      db.addEventListener("versionchange", () => {
        db.close();
        forget();
      });
      return db;
    } catch (cause) {
      throw this.#unavailable(cause);
    }
  }

  #unavailable(cause: unknown): StudioError {
    const { name, message } = cause as Error;
    const headline =
      name === "QuotaExceededError"
        ? {
            en: "the browser's storage for this page is full",
            zh: "浏览器为此页面提供的存储空间已满",
          }
        : {
            en: `the browser keeps nothing for this page: ${message}`,
            zh: `浏览器不为此页面保存数据：${message}`,
          };
    return new StudioError(headline, { hint: this.#hint, cause });
  }
}

function resultOf<Result>(request: IDBRequest<Result>): Promise<Result> {
  return new Promise((done, failed) => {
    request.addEventListener("success", () => done(request.result));
    request.addEventListener("error", () => failed(request.error));
  });
}
