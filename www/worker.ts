/** The computing side of the page: one worker for each run. */
import * as Comlink from "comlink";
import { Computing } from "./worker/computing";

Comlink.expose(new Computing());
