declare module '*.js?worker' {
  const Constructor: new () => Worker;
  export default Constructor;
}
declare var MonacoEnvironment: { getWorker(id: string, label: string): Worker };
