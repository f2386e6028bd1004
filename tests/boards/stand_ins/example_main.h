/* Before an example whose `main` is renamed: C calls it, also where it is C++. */
#ifdef __cplusplus
extern "C"
#endif
    int
    example_main(void);
