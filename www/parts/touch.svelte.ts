/** Whether the reader's main pointer is a finger: such readers tap and drag, and have no keys to press. */
import { MediaQuery } from "svelte/reactivity";

const coarse = new MediaQuery("(pointer: coarse)");

export const isTouch = () => coarse.current;
