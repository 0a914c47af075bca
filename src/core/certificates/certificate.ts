export interface Placeholder {}
