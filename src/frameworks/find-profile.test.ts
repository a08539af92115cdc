import { expect, test } from 'vitest'
import { findProfile, PROFILES } from './find-profile.ts'
import { EngineProfile } from '../simulator/profile.ts'

test('every profile is one by its schema, and only TensorRT-LLM and current vLLM are estimates', () => {
  for (const profile of PROFILES) expect(EngineProfile.parse(profile)).toEqual(profile)
  expect(
    PROFILES.filter(({ estimate }) => estimate).map(({ framework, variant }) => `${framework}:${variant}`),
  ).toEqual(['vllm:chunked-prefill', 'tensorrt-llm:base'])
})

test('without a variant the first profile of the framework is meant', () => {
  expect(findProfile('mlc-llm').variant).toBe('w4a16')
  expect(findProfile('vllm', 'awq').scheduler.blocks).toBe(7270)
})

test('an unknown engine is answered with those there are', () => {
  expect(() => findProfile('vllm', 'fp4')).toThrow('There is no simulated engine "vllm:fp4". Simulated are vllm:base, ')
})

test('a profile in which a long request could never run is none', () => {
  const profile = findProfile('vllm')
  const scheduler = { ...profile.scheduler, blocks: 100 }
  expect(() => EngineProfile.parse({ ...profile, scheduler })).toThrow('a long request could never run')
})
